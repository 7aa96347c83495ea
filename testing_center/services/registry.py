"""The services of one running application, handed to the web layer as one value."""

from dataclasses import dataclass

from testing_center.services.accounts import Accounts
from testing_center.services.answer_queue import AnswerQueue
from testing_center.services.appointments import Appointments
from testing_center.services.background_jobs import BackgroundJobs
from testing_center.services.bookings import Bookings
from testing_center.services.bulk_edits import BulkEdits
from testing_center.services.calibrations import Calibrations
from testing_center.services.conduct_settings import ConductSettings
from testing_center.services.delivery import Delivery
from testing_center.services.delivery_policies import DeliveryPolicies
from testing_center.services.disputes import Disputes
from testing_center.services.exam_browser import ExamBrowser
from testing_center.services.imports import Imports
from testing_center.services.invigilation import Invigilation
from testing_center.services.item_browser import ItemBrowser
from testing_center.services.item_exports import ItemExports
from testing_center.services.items import Items
from testing_center.services.late_answers import LateAnswerReview
from testing_center.services.launch import Launch
from testing_center.services.media_access import MediaAccess
from testing_center.services.media_library import MediaLibrary
from testing_center.services.planning import Planning
from testing_center.services.release_library import ReleaseLibrary
from testing_center.services.releases import Releases
from testing_center.services.rescoring import Rescorings
from testing_center.services.results import Results
from testing_center.services.reviews import Reviews
from testing_center.services.room_closing import RoomClosing
from testing_center.services.room_outages import RoomOutages
from testing_center.services.rosters import Rosters
from testing_center.services.seating import SeatingPlans
from testing_center.services.silence_watch import SilenceWatch
from testing_center.services.sites import Sites
from testing_center.services.sitting_plans import SittingPlans
from testing_center.services.stimuli import Stimuli
from testing_center.services.training import Training
from testing_center.services.working_copies import CopiesOfForms


@dataclass(frozen=True)
class Services:
    """Built once by ``bootstrap``; every service is safe to share between threads."""

    accounts: Accounts
    appointments: Appointments
    delivery: Delivery
    delivery_policies: DeliveryPolicies
    answer_queue: AnswerQueue
    late_answers: LateAnswerReview
    silence_watch: SilenceWatch
    invigilation: Invigilation
    launch: Launch
    outages: RoomOutages
    room_closing: RoomClosing
    rescoring: Rescorings
    disputes: Disputes
    exam_browser: ExamBrowser
    conduct_settings: ConductSettings
    results: Results
    training: Training
    calibrations: Calibrations
    items: Items
    browser: ItemBrowser
    bulk: BulkEdits
    reviews: Reviews
    releases: Releases
    planning: Planning
    sitting_plans: SittingPlans
    sites: Sites
    rosters: Rosters
    bookings: Bookings
    seating: SeatingPlans
    library: ReleaseLibrary
    media: MediaLibrary
    media_access: MediaAccess
    copies: CopiesOfForms
    stimuli: Stimuli
    imports: Imports
    exports: ItemExports
    jobs: BackgroundJobs

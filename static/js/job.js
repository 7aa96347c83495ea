// A progress bar that asks the server once a second and shows the page anew when the work is over.
const bar = document.querySelector("[data-job]");

async function ask() {
  try {
    const reply = await fetch(bar.dataset.job, { cache: "no-store", headers: { Accept: "application/json" } });
    const job = await reply.json();
    bar.value = job.progress;
    if (job.status === "done" || job.status === "failed") return location.reload();
  } catch {
    // No connection: the next question may be heard.
  }
  setTimeout(ask, 1000);
}

if (bar) setTimeout(ask, 1000);

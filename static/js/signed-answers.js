// Answers that wait are signed and chained as they are given, so that one that arrives when the time is up
// can be kept with its evidence. Fetched after the page is shown: signing needs no network.
import { hmacHex } from "./sha256.js";

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30000;
const MOST = 50;

// Return a function that makes the next link of this window's chain from the fields of a command.
export function signer({ signing, lease }, clocks) {
  let number = 0;
  let previous = lease;
  return (fields) => {
    const body = JSON.stringify({ ...fields, ...clocks() });
    number += 1;
    const link = { chain: lease, number, previous, body, mac: hmacHex(signing, `${previous}\n${number}\n${body}`) };
    previous = link.mac;
    return link;
  };
}

// Send what is signed until the server has it; what an earlier window signed comes first.
export async function sendLate(answers, post, waiting) {
  const links = answers.map((answer) => answer.signed).filter(Boolean);
  links.sort((one, other) => (one.chain === other.chain ? one.number - other.number : 0));
  for (let delay = FIRST_RETRY_MS; links.length; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
    const answer = await post(links.slice(0, MOST)).catch(() => null);
    if (answer && answer.status < 500) links.splice(0, MOST);
    else {
      waiting();
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

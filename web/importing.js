// Imports of the past: begun here, followed until they end, also after the page was opened anew.

import { call } from "./api.js";
import { all, busy, find, show, text } from "./dom.js";
import * as words from "./words.js";

const POLL_MS = 1_500;

let followed = null;

export function showImport(status, refresh) {
  const open = status.connection === "connected" && status.availability === "available" && status.sync !== "paused";
  show("import", open || Boolean(status.import));
  if (status.import && !followed) follow(status.import, refresh);
}

export function listenImport(refresh) {
  for (const button of all("#import button")) button.addEventListener("click", () => begin(button, refresh));
}

async function begin(button, refresh) {
  if (followed) return;
  const days = Number(button.dataset.days);
  let begun = null;
  await busy(button, "Starting…", async () => {
    ({ job: begun } = await call("POST", "import", { days }));
  }, (problem) => text("import-result", problem.message));
  if (begun) await follow(begun, refresh);
}

function showProgress(job) {
  show("import-progress", Boolean(job));
  for (const button of all("#import button")) button.setAttribute("aria-disabled", String(Boolean(job)));
  if (!job) return;
  text("import-text", `Importing: ${words.progress(job)}`);
  const bar = find("import-bar");
  if (job.progress.total) {
    bar.max = job.progress.total;
    bar.value = job.progress.done;
  } else {
    bar.removeAttribute("value");
  }
}

async function follow(begun, refresh) {
  let job = begun;
  followed = job.id;
  text("import-result", "");
  while (job.state === "queued" || job.state === "running") {
    showProgress(job);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      ({ job } = await call("GET", `jobs/${encodeURIComponent(begun.id)}`));
    } catch (problem) {
      if (problem.status === 401 || problem.status === 404) break;
    }
  }
  followed = null;
  showProgress(null);
  const ended = job.state === "succeeded" ? `Import finished: ${words.imported(job)}` : `Import did not finish. ${job.message ?? ""}`;
  text("import-result", ended);
  await refresh();
}

// The settings page: reads the status, shows it, and does what the buttons say.

import { call } from "./api.js";
import { announce, busy, find, make, show, text } from "./dom.js";
import { listenImport, showImport } from "./importing.js";
import { resetReviews, showReviews, showSettled } from "./reviews.js";
import * as words from "./words.js";

const POLL_MS = 5_000;
const TOGGLES = ["sync_enabled", "calendar_events", "tasks", "deadlines"];
const SIGNED_IN = ["connection", "sync", "preferences", "import", "activity"];

// `turn` counts what was asked and done: an answer that was overtaken is not shown
const state = { status: null, jobsShown: "", timer: 0, turn: 0 };

// --- what the status shows

function showLine([tone, words_]) {
  find("line").dataset.tone = tone;
  text("line-text", words_);
}

function showBanner(status) {
  const error = status?.error;
  show("banner", Boolean(error));
  if (!error) return;
  text("banner-text", error.message);
  const reference = error.reference ? ` Reference for support: ${error.reference}.` : "";
  text("banner-since", `Since ${words.fullMoment(error.since)}.${reference}`);
  const labels = { retry: "Retry now", reconnect: "Reconnect" };
  const label = labels[error.action] ?? (error.retryable ? labels.retry : "");
  show("banner-action", Boolean(label) && status.availability === "available");
  text("banner-action", label);
  find("banner-action").onclick = label === labels.reconnect ? connect : retry;
}

function showConnection(status) {
  const connected = status.connection !== "disconnected";
  const available = status.availability === "available";
  show("connection", connected || available);
  show("offer", !connected);
  show("account", connected);
  const sound = status.connection === "connected";
  find("label").dataset.tone = sound ? "good" : "bad";
  text("label", sound ? "Connected" : "Reconnect needed");
  text("email", status.account_email ?? "");
  const reason = words.UNAVAILABLE[status.availability];
  show("unavailable", Boolean(reason));
  if (reason) {
    text("unavailable-title", reason.title);
    text("unavailable-text", reason.text);
  }
}

function showSync(status) {
  show("sync", status.connection !== "disconnected");
  const last = status.last_sync;
  const at = last?.finished_at ?? status.last_success_at;
  text("last", at ? `${words.moment(at)}${last ? `. ${words.outcome(last)}` : ""}` : "Not yet");
  text("next", status.next_sync_at ? words.soon(status.next_sync_at) : status.sync === "paused" ? "Paused by you" : "Not scheduled");
  const ready = status.connection === "connected" && status.availability === "available" && status.sync !== "paused";
  for (const id of ["sync-now", "sync-hint"]) show(id, ready);
  showCount("count-reviews", status.reviews_open, ["change", "changes"], "to review: nothing is overwritten until you decide.");
  showCount("count-aside", status.set_aside, ["event", "events"], "set aside: could not be synced, will be tried again; the rest goes on.");
  showCount("count-unmasked", status.not_fully_masked, ["confidential event", "confidential events"], "not fully masked in Outlook: the text there is your own or a meeting’s, so it was left.");
  show("counts", status.reviews_open + status.set_aside + status.not_fully_masked > 0);
}

function showCount(id, number, [one, many], rest) {
  show(id, number > 0);
  const [strong, span] = find(id).children;
  strong.textContent = words.counted(number, one, many);
  span.textContent = rest;
}

// --- preferences

function chosen() {
  return Object.fromEntries(TOGGLES.map((name) => [name, find(name).checked]));
}

function isChanged() {
  const saved = state.status?.preferences;
  return Boolean(saved) && TOGGLES.some((name) => find(name).checked !== saved[name]);
}

function showPreferences(status, before) {
  show("preferences", status.connection !== "disconnected");
  const edited = before && TOGGLES.some((name) => find(name).checked !== before[name]);
  if (!edited) {
    for (const name of TOGGLES) find(name).checked = status.preferences[name];
  }
  find("save").disabled = !isChanged();
}

async function save(event) {
  event.preventDefault();
  const wanted = chosen();
  show("landed", false);
  await busy(find("save"), "Saving…", async () => {
    const stored = await call("PUT", "preferences", wanted);
    state.turn += 1;
    state.status.preferences = stored;
    text("saved", "Preferences saved.");
  }, (problem) => text("saved", problem.message));
  find("save").disabled = !isChanged();
  await refresh();
}

// --- activity

async function showActivity(status) {
  if (status.connection === "disconnected") return;
  const { jobs } = await call("GET", "jobs?limit=8");
  const shown = JSON.stringify(jobs);
  if (shown === state.jobsShown) return;
  state.jobsShown = shown;
  show("no-jobs", jobs.length === 0);
  find("jobs").replaceChildren(...jobs.map((job) => {
    const at = job.finished_at ?? job.started_at;
    const time = make("time", { dateTime: at ?? "" }, at ? words.fullMoment(at) : "Now");
    const kind = make("p", { className: "strong" }, words.KINDS[job.kind]);
    const said = make("p", { className: job.state === "failed" ? "bad" : "" }, words.outcome(job));
    return make("li", {}, time, make("div", {}, kind, said));
  }));
}

// --- actions

async function connect(event) {
  await busy(event.currentTarget, "Opening Microsoft…", async () => {
    const { authorization_url: url } = await call("POST", "connect");
    location.assign(url);
  }, failed);
}

async function retry(event) {
  await busy(event.currentTarget, "Retrying…", async () => {
    await call("POST", "retry");
  }, failed);
  await refresh();
}

async function syncNow(event) {
  await busy(event.currentTarget, "Syncing…", async () => {
    const { job } = await call("POST", "sync");
    announce("good", job.state === "succeeded" ? `Synced. ${words.summary(job)}` : "Sync goes on in the background.");
  }, failed);
  await refresh();
}

async function disconnect(event) {
  await busy(event.currentTarget, "Disconnecting…", async () => {
    const status = await call("POST", "disconnect");
    state.turn += 1;
    showStatus(status);
    announce("good", "Disconnected. Events already synced stay where they are.");
  }, failed);
  find("confirm").close();
  find("connection-title").focus();
  await refresh();
}

function failed(problem) {
  announce("bad", problem.message);
}

// --- the page's own life

function showStatus(status) {
  const before = state.status?.preferences;
  state.status = status;
  show("signed-out", false);
  showLine(words.line(status));
  showBanner(status);
  showConnection(status);
  showSync(status);
  showPreferences(status, before);
  showImport(status, refresh);
  show("activity", status.connection !== "disconnected");
}

function showSignedOut() {
  showLine(["quiet", "Not signed in"]);
  showBanner(null);
  for (const id of [...SIGNED_IN, "reviews", "settled", "unavailable"]) show(id, false);
  show("signed-out", true);
}

async function refresh() {
  clearTimeout(state.timer);
  state.turn += 1;
  const { turn } = state;
  try {
    const status = await call("GET", "status");
    if (turn !== state.turn) return;
    showStatus(status);
    await Promise.all([showActivity(status), showReviews(status, refresh), showSettled(status, refresh)]);
  } catch (problem) {
    if (problem.status === 401) showSignedOut();
    else showLine(["bad", problem.message]);
  }
  if (turn !== state.turn) return;
  clearTimeout(state.timer);
  if (!document.hidden) state.timer = setTimeout(refresh, POLL_MS);
}

function landed() {
  const asked = new URLSearchParams(location.search);
  const code = asked.get("error");
  if (asked.has("connected")) announce("good", "Outlook is connected. The first sync has begun.");
  if (asked.has("consented")) announce("good", "Approval given for your organisation. Everybody can connect Outlook now.");
  if (code) announce("bad", words.LANDED[code] ?? words.LANDED.provider_error);
  if (code === "admin_consent_required") {
    const url = document.querySelector("meta[name=admin-consent]").content;
    find("landed-more").replaceChildren("Send this link to your Microsoft 365 administrator: ", make("a", { href: url }, url));
    show("landed-more", true);
  }
  if (asked.size) history.replaceState(null, "", location.pathname);
}

function listen() {
  find("connect").addEventListener("click", connect);
  find("sync-now").addEventListener("click", syncNow);
  find("disconnect").addEventListener("click", () => find("confirm").showModal());
  find("confirm-no").addEventListener("click", () => find("confirm").close());
  find("confirm-yes").addEventListener("click", disconnect);
  find("toggles").addEventListener("submit", save);
  find("toggles").addEventListener("change", () => {
    text("saved", "");
    find("save").disabled = !isChanged();
  });
  listenImport(refresh);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(state.timer);
    else refresh();
  });
}

landed();
listen();
resetReviews();
refresh();

// Every sentence that is made from data. Plain words, one thought each.

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const dayOnly = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
const MINUTE_MS = 60_000;

export const LANDED = {
  access_denied: "Outlook was not connected: the permission was refused at Microsoft. Nothing was stored.",
  admin_consent_required: "Your organisation lets only a Microsoft 365 administrator approve this. Nothing was stored.",
  state_invalid: "This sign-in was started in another browser, was used already, or took longer than 10 minutes. Please connect again.",
  account_in_use: "This Outlook mailbox is already connected by another person in CaseFlow. It must be disconnected there first.",
  account_not_allowed: "This kind of Microsoft account can’t be connected. Please use your work account (Microsoft 365).",
  no_mailbox: "This Microsoft account has no Outlook mailbox. Please choose another account, or ask your Microsoft 365 administrator.",
  provider_error: "Microsoft could not complete the sign-in. Please try again in a few minutes.",
  plan_required: "Your firm’s plan does not include Outlook sync. Nothing was stored.",
  beta_not_enabled: "Outlook sync is in private beta and not enabled for your firm. Nothing was stored.",
};

export const UNAVAILABLE = {
  plan_required: {
    title: "Not in your plan",
    text: "Outlook sync is part of the Multi-Practice plan. Ask your firm’s administrator to change the plan in CaseFlow, or write to CaseFlow support.",
  },
  beta_not_enabled: {
    title: "Private beta",
    text: "Outlook sync is in private beta and not enabled for your firm yet. Ask CaseFlow support to take your firm into the beta.",
  },
};

export function moment(iso) {
  const at = new Date(iso);
  const today = new Date().toDateString() === at.toDateString();
  return (today ? clock : dayAndClock).format(at);
}

export function fullMoment(iso) {
  return dayAndClock.format(new Date(iso));
}

export function counted(number, one, many) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

export function soon(iso) {
  const minutes = Math.round((new Date(iso) - Date.now()) / MINUTE_MS);
  return minutes < 1 ? "in less than a minute" : `in about ${counted(minutes, "minute", "minutes")}`;
}

function direction(name, counts) {
  const parts = [["created", "new"], ["updated", "changed"], ["removed", "removed"]]
    .filter(([key]) => counts[key])
    .map(([key, word]) => `${counts[key].toLocaleString()} ${word}`);
  return parts.length ? `${name}: ${parts.join(", ")}` : "";
}

export function summary(job) {
  const { pulled, pushed, reviews_opened: opened } = job.result;
  const parts = [direction("From Outlook", pulled), direction("To Outlook", pushed)].filter(Boolean);
  if (opened) parts.push(`${counted(opened, "change", "changes")} to review`);
  return parts.length ? `${parts.join(". ")}.` : "Nothing to change.";
}

const SKIPPED = {
  deleted_in_caseflow: "deleted in CaseFlow",
  declined: "declined or cancelled",
  made_by_sync: "made by the sync",
  not_past: "not over yet",
  in_step: "carried by the ordinary sync",
};

export function imported(job) {
  const { created, unchanged, skipped } = job.result.pulled;
  const reasons = Object.entries(job.skipped ?? {})
    .map(([why, number]) => `${number.toLocaleString()} ${SKIPPED[why] ?? why.replaceAll("_", " ")}`);
  const parts = [`${created.toLocaleString()} imported`, `${unchanged.toLocaleString()} already there`];
  if (skipped) parts.push(`${skipped.toLocaleString()} skipped${reasons.length ? ` (${reasons.join(", ")})` : ""}`);
  return `${parts.join(", ")}.`;
}

export const KINDS = { sync: "Regular sync", manual: "Sync now", import: "Import" };

export function outcome(job) {
  if (job.state === "queued") return "Waiting to start.";
  if (job.state === "running") return progress(job);
  if (job.state === "failed") return job.message ?? "Did not finish.";
  return job.kind === "import" ? imported(job) : summary(job);
}

export function progress(job) {
  const { done, total } = job.progress;
  if (total === null) return done ? `Working, ${done.toLocaleString()} so far…` : "Starting…";
  return `${done.toLocaleString()} of ${total.toLocaleString()}…`;
}

/** The one line under the title: [tone, text]. */
export function line(status) {
  if (status.availability === "plan_required") return ["warn", "Not in your plan"];
  if (status.availability === "beta_not_enabled") return ["warn", "Private beta, ask CaseFlow support"];
  if (status.connection === "disconnected") return ["quiet", "Not connected"];
  if (status.connection === "needs_reconnect") return ["bad", "Needs you: reconnect"];
  if (status.sync === "paused") return ["warn", "Paused by you"];
  if (status.import) return ["busy", `Importing, ${progress(status.import)}`];
  if (status.sync === "running") return ["busy", "Syncing…"];
  if (status.error) return ["bad", `Trouble since ${moment(status.error.since)}${status.error.retryable ? ", we keep trying" : ""}`];
  if (status.reviews_open) return ["warn", `Needs you: ${counted(status.reviews_open, "change", "changes")} to review`];
  if (!status.last_success_at) return ["busy", "Connected, first sync is on its way"];
  const next = status.next_sync_at ? `, next run ${soon(status.next_sync_at)}` : "";
  return ["good", `Connected, up to date (${moment(status.last_success_at)}${next})`];
}

export const REVIEWS = {
  edit_conflict: "Changed in both calendars",
  deleted_in_outlook: "Deleted in Outlook",
  deleted_in_caseflow: "Deleted in CaseFlow",
  organizer_controlled: "A meeting that belongs to Outlook",
  mass_deletion: "Many events would be deleted",
  series_changed: "A series was changed",
};

const RESTORED = { caseflow: "Keep it in CaseFlow (restore)", outlook: "Delete it in CaseFlow" };
const DECISIONS = {
  deleted_in_outlook: RESTORED,
  series_changed: RESTORED,
  deleted_in_caseflow: { caseflow: "Delete it in Outlook", outlook: "Keep Outlook (restore)" },
  mass_deletion: { caseflow: "Make both as in CaseFlow", outlook: "Make both as in Outlook" },
};
// a meeting is never deleted in Outlook
const MEETING_DELETED = { caseflow: "Leave it out of CaseFlow", outlook: "Restore it in CaseFlow" };

export const KEPT = { caseflow: "The sync kept CaseFlow’s version,", outlook: "The sync kept Outlook’s version," };
export const BACK = { caseflow: "Bring back CaseFlow’s version", outlook: "Bring back Outlook’s version" };

const GONE = { deleted_in_outlook: "outlook", series_changed: "outlook", deleted_in_caseflow: "caseflow" };

/** What stands for a version that is not shown. */
export function missing(kind, side) {
  return GONE[kind] === side ? "Not there any more." : "It is gone, or can’t be read just now.";
}

export function decision(review, side) {
  const usual = { caseflow: "Keep CaseFlow", outlook: "Keep Outlook" };
  if (review.kind === "deleted_in_caseflow" && review.meeting) return MEETING_DELETED[side];
  return (DECISIONS[review.kind] ?? usual)[side];
}

export function span(side) {
  if (side.all_day) {
    // a date has no zone: read at noon, so that no zone moves it to a neighbouring day
    const first = dayOnly.format(new Date(`${side.start.slice(0, 10)}T12:00:00`));
    return `${first}, all day`;
  }
  const [start, end] = [new Date(side.start), new Date(side.end)];
  const sameDay = start.toDateString() === end.toDateString();
  return `${dayAndClock.format(start)} to ${(sameDay ? clock : dayAndClock).format(end)}`;
}

// Review items: both versions side by side, and two buttons; one button for what the sync has decided by itself.

import { call } from "./api.js";
import { announce, busy, find, make, show } from "./dom.js";
import * as words from "./words.js";

const OTHER = { caseflow: "outlook", outlook: "caseflow" };

// what the lists show, and the run after which the settled ones were read: they change with a run or a decision only
let shown = "";
let settledAfter = null;

export function resetReviews() {
  shown = "";
  settledAfter = null;
}

function side(title, review, name) {
  const version = review[name];
  const lines = version
    ? [make("p", { className: "strong" }, version.title), make("p", {}, words.span(version))]
    : [make("p", { className: "quiet" }, words.missing(review.kind, name))];
  if (version?.category) lines.push(make("p", { className: "quiet" }, version.category));
  if (version?.matter_linked) lines.push(make("p", { className: "quiet" }, "Linked to a matter"));
  return make("div", { className: "side" }, make("h4", {}, title), ...lines);
}

function listed(review) {
  const items = review.events.map((event) => make("li", {}, `${event.title}, ${words.fullMoment(event.start)}`));
  const more = review.count - review.events.length;
  if (more > 0) items.push(make("li", {}, `and ${more.toLocaleString()} more`));
  return make("ul", {}, ...items);
}

function sides(review) {
  return make("div", { className: "sides" }, side("In CaseFlow", review, "caseflow"), side("In Outlook", review, "outlook"));
}

function button(review, keep, label, { heading, refresh }) {
  const decide = make("button", { type: "button" }, label);
  decide.addEventListener("click", () => busy(decide, "Applying…", async () => {
    await call("POST", `reviews/${encodeURIComponent(review.id)}/resolve`, { keep });
    announce("good", "Your decision was applied.");
    resetReviews();
    find(heading).focus();
    await refresh();
  }, async (problem) => {
    announce("bad", problem.message);
    resetReviews();
    await refresh();
  }));
  return decide;
}

function item(review, title, since, body, ...buttons) {
  const head = make("div", {}, make("h3", {}, title), make("p", { className: "quiet" }, since));
  const notice = review.notice ? [make("p", { className: "strong" }, review.notice)] : [];
  return make("article", { className: "review" }, head, body, ...notice, make("div", { className: "row start" }, ...buttons));
}

function open(review, refresh) {
  const body = review.kind === "mass_deletion" ? listed(review) : sides(review);
  const context = { heading: "reviews-title", refresh };
  const buttons = ["caseflow", "outlook"].map((keep) => button(review, keep, words.decision(review, keep), context));
  return item(review, words.REVIEWS[review.kind] ?? review.kind, `Since ${words.fullMoment(review.opened_at)}`, body, ...buttons);
}

function settled(review, refresh) {
  const back = OTHER[review.kept];
  const title = review.meeting ? words.REVIEWS.organizer_controlled : words.REVIEWS.edit_conflict;
  const since = `${words.KEPT[review.kept]} ${words.fullMoment(review.resolved_at)}`;
  return item(review, title, since, sides(review), button(review, back, words.BACK[back], { heading: "settled-title", refresh }));
}

/** Show the caller's open items; the list is made anew only when it changed, so that the focus stays. */
export async function showReviews(status, refresh) {
  if (!status.reviews_open) {
    show("reviews", false);
    shown = "";
    return;
  }
  const { reviews } = await call("GET", "reviews?state=open&mine=1");
  const now = JSON.stringify(reviews);
  show("reviews", reviews.length > 0);
  if (now === shown) return;
  shown = now;
  find("review-list").replaceChildren(...reviews.map((review) => open(review, refresh)));
}

/** Show what the sync has decided by itself and can still be turned round; read once after each run (H3). */
export async function showSettled(status, refresh) {
  if (status.connection !== "connected") {
    show("settled", false);
    settledAfter = null;
    return;
  }
  const run = status.last_sync?.id ?? "";
  if (run === settledAfter) return;
  settledAfter = run;
  const { reviews } = await call("GET", "reviews?state=resolved&mine=1");
  const reversible = reviews.filter((review) => review.reversible);
  show("settled", reversible.length > 0);
  find("settled-list").replaceChildren(...reversible.map((review) => settled(review, refresh)));
}

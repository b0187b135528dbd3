// Review items: both versions side by side, and two buttons.

import { call } from "./api.js";
import { announce, busy, find, make, show } from "./dom.js";
import * as words from "./words.js";

let shown = "";

export function resetReviews() {
  shown = "";
}

function side(title, version) {
  const lines = version
    ? [make("p", { className: "strong" }, version.title), make("p", {}, words.span(version))]
    : [make("p", { className: "quiet" }, "Not there any more.")];
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

function button(review, keep, refresh) {
  const decide = make("button", { type: "button" }, words.decision(review.kind, keep));
  decide.addEventListener("click", () => busy(decide, "Applying…", async () => {
    await call("POST", `reviews/${encodeURIComponent(review.id)}/resolve`, { keep });
    announce("good", "Your decision was applied.");
    shown = "";
    find("reviews-title").focus();
    await refresh();
  }, async (problem) => {
    announce("bad", problem.message);
    shown = "";
    await refresh();
  }));
  return decide;
}

function item(review, refresh) {
  const title = make("h3", {}, words.REVIEWS[review.kind] ?? review.kind);
  const since = make("p", { className: "quiet" }, `Since ${words.fullMoment(review.opened_at)}`);
  const body = review.kind === "mass_deletion"
    ? listed(review)
    : make("div", { className: "sides" }, side("In CaseFlow", review.caseflow), side("In Outlook", review.outlook));
  const decide = make("div", { className: "row start" }, button(review, "caseflow", refresh), button(review, "outlook", refresh));
  const notices = words.notices(review).map((said) => make("p", { className: "strong" }, said));
  return make("article", { className: "review" }, make("div", {}, title, since), body, ...notices, decide);
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
  find("review-list").replaceChildren(...reviews.map((review) => item(review, refresh)));
}

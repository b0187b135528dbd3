"use strict";

/* The week of a staff member, or of the whole firm; asks the server every three seconds. */

const REFRESH = 3000;
const desk = document.querySelector(".desk");
const me = desk.dataset.me;
const zone = desk.dataset.zone;
const message = document.getElementById("message");
const styles = getComputedStyle(document.documentElement);
let data = null;
let known = "";
let dragging = false;

async function ask(method, path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const answer = await fetch(`/calendar/${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) return answer.text();
  if (answer.status === 401) window.location.reload();
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail || `CaseFlow answered ${answer.status}: try again.`);
}

async function refresh() {
  try {
    const text = await ask("GET", "data");
    message.hidden = true;
    if (text === known || dragging) return;
    known = text;
    data = JSON.parse(text);
    document.getElementById("new").disabled = false;
    calendar.refetchEvents();
  } catch (error) {
    tell(error);
  }
}

function tell(error) {
  message.textContent = error.message;
  message.hidden = false;
}

async function change(method, path, body) {
  await ask(method, path, body);
  await refresh();
}

function masked(event) {
  const category = data.categories.find((one) => one.name === event.category);
  return event.matter_id || event.confidential || (event.category && (!category || category.protected));
}

function names(ids) {
  return data.staff.filter((one) => ids.includes(one.id)).map((one) => one.name.split(" ")[0]).join(", ");
}

function shown(kind, item) {
  if (whose() === "firm") return true;
  if (kind === "event") return item.staff_ids.includes(me);
  if (kind === "task") return item.assignee_ids.includes(me);
  return data.matters.some((matter) => matter.id === item.matter_id && matter.staff_ids.includes(me));
}

function whose() {
  return document.querySelector("[name=whose]:checked").value;
}

function eventEntry(event) {
  const tone = masked(event) ? "masked" : event.visibility === "private" ? "private" : "plain";
  const mark = tone === "plain" ? "" : "\u25C6 ";
  const who = whose() === "firm" ? ` (${names(event.staff_ids)})` : "";
  return { title: `${mark}${event.title}${who}`, start: event.start, end: event.end, allDay: event.all_day, tone };
}

function dayEntry(kind, item) {
  const done = item.completed ? "\u2713 " : "";
  const label = kind === "task" ? "Task" : "Deadline";
  return { title: `${done}${label}: ${item[TITLES[kind]]}`, start: item[DATES[kind]], allDay: true, tone: kind };
}

function entries() {
  if (!data) return [];
  return ["event", "task", "deadline"].flatMap((kind) => data[kind]
    .filter((item) => shown(kind, item) && (kind === "event" || item[DATES[kind]]))
    .map((item) => {
      const entry = kind === "event" ? eventEntry(item) : dayEntry(kind, item);
      const color = styles.getPropertyValue(`--${entry.tone}`).trim();
      const days = kind === "event" ? {} : { durationEditable: false };
      return { id: `${kind}/${item.id}`, color, ...days, ...entry, extendedProps: { kind, item } };
    }));
}

function stamp(text, allDay) {
  return allDay ? text.slice(0, 10) : Temporal.Instant.from(text).toString();
}

function moved(info) {
  const { event } = info;
  const { kind, item } = event.extendedProps;
  dragging = false;
  if (kind !== "event" && !event.allDay) {
    info.revert();
    tell(new Error("Tasks and key deadlines are for whole days."));
    return;
  }
  const start = stamp(event.startStr, event.allDay);
  const end = event.endStr ? stamp(event.endStr, event.allDay) : endAfter(start, event.allDay);
  const body = kind === "event" ? { start, end, all_day: event.allDay } : { [DATES[kind]]: start };
  change("PATCH", `${kind}/${item.id}`, body).catch((error) => { info.revert(); tell(error); });
}

function endAfter(start, allDay) {
  return allDay ? nextDay(start, 1) : Temporal.Instant.from(start).add({ hours: 1 }).toString();
}

function open(kind, item) {
  const path = `${kind}/${item.id}`;
  openDialog({
    kind, item, data, zone,
    save: (chosen, members) => (item.id ? change("PATCH", path, members) : change("POST", chosen, fresh(chosen, members))),
    remove: () => change("DELETE", path),
  });
}

function fresh(kind, members) {
  const { completed, ...rest } = members;
  return kind === "event" ? { ...members, timezone: zone } : rest;
}

function create(start, end, allDay) {
  if (data) open("event", { start, end, all_day: allDay, staff_ids: [me] });
}

function createNextHour() {
  const now = Temporal.Now.zonedDateTimeISO(zone);
  const start = now.round({ smallestUnit: "hour", roundingMode: "ceil" });
  create(start.toInstant().toString(), start.add({ hours: 1 }).toInstant().toString(), false);
}

const calendar = new FullCalendar.Calendar(document.getElementById("calendar"), {
  timeZone: zone,
  initialView: "timeGridWeek",
  headerToolbar: { start: "prev,next today", center: "title", end: "dayGridMonth,timeGridWeek,timeGridDay,listWeek" },
  height: "100%",
  views: { timeGridWeek: { titleFormat: { year: "numeric", month: "short", day: "numeric" } } },
  nowIndicator: true,
  scrollTime: "07:30:00",
  editable: true,
  selectable: true,
  dayMaxEvents: 4,
  events: (_range, done) => done(entries()),
  eventClick: ({ event }) => open(event.extendedProps.kind, event.extendedProps.item),
  eventDragStart: () => { dragging = true; },
  eventDragStop: () => { dragging = false; },
  eventResizeStart: () => { dragging = true; },
  eventResizeStop: () => { dragging = false; },
  eventDrop: moved,
  eventResize: moved,
  select: ({ startStr, endStr, allDay }) => create(stamp(startStr, allDay), stamp(endStr, allDay), allDay),
});

calendar.render();
document.getElementById("new").onclick = createNextHour;
for (const radio of document.querySelectorAll("[name=whose]")) radio.onchange = () => calendar.refetchEvents();
refresh();
setInterval(refresh, REFRESH);

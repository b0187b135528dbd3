"use strict";

const $ = (id) => document.getElementById(id);
const form = $("form");
const editor = $("editor");
let people = [];
let me = null;
let calendar = null;
let open = null;

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message || `The mailbox answered ${response.status}.`);
  return answer;
}

function eventsPath(id, act) {
  return "/" + ["people", me.oid, "events", id, act].filter(Boolean).map(encodeURIComponent).join("/");
}

function tell(text) {
  $("message").textContent = text;
  $("message").hidden = !text;
}

const COLORS = { primary: "#0f5ea8", secondary: "#6b3fa0", cancelled: "#6b7280" };

function shown(event) {
  const color = event.isCancelled || event.response === "declined" ? COLORS.cancelled : COLORS[event.calendar];
  const label = event.sensitivity === "normal" ? "" : ` (${event.sensitivity})`;
  return {
    id: event.id,
    title: (event.title || "(no title)") + label,
    start: event.allDay ? event.start.slice(0, 10) : event.start,
    end: event.allDay ? event.end.slice(0, 10) : event.end,
    allDay: event.allDay,
    color,
    contrastColor: "#ffffff",
    textColor: "#ffffff",
    extendedProps: { event },
  };
}

async function load(info) {
  const query = new URLSearchParams({ start: info.startStr.slice(0, 19), end: info.endStr.slice(0, 19) });
  const rows = await call("GET", `${eventsPath()}?${query}`);
  return rows.map(shown);
}

function wall(text, allDay) {
  return allDay || text.length === 10 ? `${text.slice(0, 10)}T00:00:00` : text.slice(0, 19);
}

function plus(text, minutes) {
  const moment = new Date(`${text.slice(0, 16)}:00Z`);
  return new Date(moment.getTime() + minutes * 60000).toISOString().slice(0, 19);
}

async function dragged(info) {
  const allDay = info.event.allDay;
  const start = wall(info.event.startStr, allDay);
  const end = info.event.endStr ? wall(info.event.endStr, allDay) : plus(start, allDay ? 1440 : 60);
  try {
    await call("PATCH", eventsPath(info.event.id), { start, end, allDay });
    tell("");
  } catch (error) {
    info.revert();
    tell(error.message);
  }
  calendar.refetchEvents();
}

function timeFields(allDay) {
  for (const name of ["start", "end"]) {
    const field = form.elements[name];
    const value = field.value;
    field.type = allDay ? "date" : "datetime-local";
    if (value) field.value = allDay ? value.slice(0, 10) : `${value.slice(0, 10)}T${value.slice(11, 16) || "09:00"}`;
  }
}

/* The page shows an all-day event's last day; Graph's end is the midnight after it. */
function fill(event) {
  const fields = form.elements;
  fields.allDay.checked = event.allDay;
  timeFields(event.allDay);
  fields.title.value = event.title;
  fields.start.value = event.allDay ? event.start.slice(0, 10) : event.start.slice(0, 16);
  fields.end.value = event.allDay ? plus(event.end, -1440).slice(0, 10) : event.end.slice(0, 16);
  fields.place.value = event.place;
  fields.text.value = event.text;
  fields.sensitivity.value = event.sensitivity;
  fields.calendar.value = event.calendar;
  fields.attendees.value = event.attendees.join(", ");
  fields.repeat.value = "";
}

function read() {
  const fields = form.elements;
  const allDay = fields.allDay.checked;
  return {
    title: fields.title.value,
    start: wall(allDay ? fields.start.value : `${fields.start.value}:00`, allDay),
    end: allDay ? plus(`${fields.end.value}T00:00`, 1440) : `${fields.end.value}:00`,
    allDay,
    place: fields.place.value,
    text: fields.text.value,
    sensitivity: fields.sensitivity.value,
    calendar: fields.calendar.value,
    attendees: fields.attendees.value.split(",").map((address) => address.trim()).filter(Boolean),
  };
}

function describe(event) {
  const parts = [];
  if (event.type === "occurrence" || event.type === "exception") parts.push("One occurrence of a series");
  if (!event.isOrganizer) parts.push(`Organised by ${event.organizer}`);
  if (event.response && event.response !== "organizer") parts.push(`Your answer: ${event.response}`);
  if (event.isCancelled) parts.push("Cancelled");
  return parts.join(" · ");
}

function edit(event) {
  open = event;
  fill(event);
  $("editor-title").textContent = event.id ? "Event" : "New event";
  $("about").textContent = event.id ? describe(event) : "";
  $("about").hidden = !$("about").textContent;
  $("answers").hidden = !event.id || event.isOrganizer;
  $("repeat").hidden = Boolean(event.id);
  for (const id of ["delete", "copy"]) $(id).hidden = !event.id;
  $("delete-series").hidden = !event.seriesMasterId;
  $("refusal").hidden = true;
  editor.showModal();
  form.elements.title.focus();
}

function blank(start, end, allDay) {
  return {
    title: "", start, end, allDay, place: "", text: "", sensitivity: "normal", calendar: "primary",
    attendees: [], isOrganizer: true, seriesMasterId: null,
  };
}

async function attempt(act) {
  try {
    await act();
    editor.close();
    tell("");
  } catch (error) {
    $("refusal").textContent = error.message;
    $("refusal").hidden = false;
  }
  calendar.refetchEvents();
}

function save() {
  const sent = read();
  if (!open.id) {
    return attempt(() => call("POST", eventsPath(), { ...sent, repeat: form.elements.repeat.value }));
  }
  const changes = {};
  for (const [name, value] of Object.entries(sent)) {
    if (JSON.stringify(value) !== JSON.stringify(open[name])) changes[name] = value;
  }
  if ("text" in changes && changes.text === open.text.replaceAll("\r\n", "\n")) delete changes.text;
  if (changes.start || changes.end || "allDay" in changes) {
    Object.assign(changes, { start: sent.start, end: sent.end, allDay: sent.allDay });
  }
  return attempt(() => call("PATCH", eventsPath(open.id), changes));
}

function begin() {
  tell("");
  $("zone").textContent = `${me.email} · ${me.zone}`;
  document.title = `${me.name} – Outlook calendar`;
  if (calendar) calendar.destroy();
  calendar = new FullCalendar.Calendar($("calendar"), {
    initialView: "timeGridWeek",
    timeZone: "UTC",
    now: me.now,
    firstDay: 1,
    height: "100%",
    scrollTime: "07:00:00",
    nowIndicator: true,
    editable: true,
    selectable: true,
    headerToolbar: { start: "prev,next today", center: "title", end: "timeGridWeek,dayGridMonth,timeGridDay" },
    eventColor: COLORS.primary,
    events: (info, done, failed) => load(info).then(done, (error) => { tell(error.message); failed(error); }),
    eventClick: (info) => edit(info.event.extendedProps.event),
    select: (info) => edit(blank(wall(info.startStr, info.allDay), wall(info.endStr, info.allDay), info.allDay)),
    eventDrop: dragged,
    eventResize: dragged,
  });
  calendar.render();
}

function choose(oid) {
  me = people.find((person) => person.oid === oid) || people[0];
  if (!me) {
    tell("There is no mailbox yet.");
    return;
  }
  $("mailbox").value = me.oid;
  $("new").disabled = false;
  begin();
}

async function start() {
  people = await call("GET", "/people");
  for (const person of people) $("mailbox").add(new Option(person.name, person.oid));
  choose(decodeURIComponent(location.pathname.split("/")[2] || ""));
}

$("mailbox").addEventListener("change", (event) => {
  history.replaceState(null, "", `/people/${encodeURIComponent(event.target.value)}`);
  choose(event.target.value);
});
$("new").addEventListener("click", () => {
  const hour = `${me.now.slice(0, 13)}:00:00`;
  edit(blank(plus(hour, 60), plus(hour, 120), false));
});
form.elements.allDay.addEventListener("change", (event) => timeFields(event.target.checked));
form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
$("cancel").addEventListener("click", () => editor.close());
$("delete").addEventListener("click", () => attempt(() => call("DELETE", eventsPath(open.id))));
$("delete-series").addEventListener("click", () => attempt(() => call("DELETE", eventsPath(open.seriesMasterId))));
$("copy").addEventListener("click", () => attempt(() => call("POST", eventsPath(open.id, "copy"))));
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => attempt(() => call("POST", eventsPath(open.id, button.dataset.act))));
}
setInterval(() => { if (calendar && !editor.open) calendar.refetchEvents(); }, 5000);
start().catch((error) => tell(error.message));

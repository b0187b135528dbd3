"use strict";

/* The form of one event, task or key deadline: filled from an item, read back into the members that changed. */

const TITLES = { event: "title", task: "topic", deadline: "name" };
const DATES = { task: "due_date", deadline: "date" };
const NAMES = { event: "event", task: "task", deadline: "key deadline" };

const dialog = document.getElementById("item");
const form = dialog.querySelector("form");
const fields = form.elements;
const fault = dialog.querySelector(".fault");

function textOf(html) {
  const page = new DOMParser().parseFromString((html || "").replace(/<\/(p|div|li)>|<br\s*\/?>/gi, "$&\n"), "text/html");
  return page.body.textContent.trim();
}

function htmlOf(text) {
  const escape = (line) => line.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return text.trim() ? text.trim().split("\n").map((line) => `<p>${escape(line)}</p>`).join("") : null;
}

function nextDay(day, by) {
  return Temporal.PlainDate.from(day).add({ days: by }).toString();
}

function localTime(instant, zone) {
  const time = Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDateTime();
  return time.toString({ smallestUnit: "minute" });
}

function instantOf(time, zone) {
  return Temporal.PlainDateTime.from(time).toZonedDateTime(zone).toInstant().toString();
}

function fillSelect(select, options, value) {
  select.replaceChildren(...options.map(([id, name]) => new Option(name, id, false, id === (value || ""))));
}

function fillChoices(data, item, kind) {
  const matters = data.matters.map((matter) => [matter.id, matter.name]);
  fillSelect(fields.matter_id, kind === "deadline" ? matters : [["", "None"], ...matters], item.matter_id);
  const names = data.categories.map((one) => [one.name, one.protected ? `${one.name} (protected)` : one.name]);
  if (item.category && !data.categories.some((one) => one.name === item.category)) {
    names.push([item.category, `${item.category} (no longer in the list)`]);
  }
  fillSelect(fields.category, [["", "None"], ...names], item.category);
  const chosen = item.staff_ids || item.assignee_ids || [];
  const boxes = data.staff.filter((one) => one.active || chosen.includes(one.id)).map((one) => {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: one.id });
    box.checked = chosen.includes(one.id);
    label.className = "check";
    label.append(box, one.name);
    return label;
  });
  document.getElementById("assigned").replaceChildren(...boxes);
}

function fillTimes(item, kind, zone) {
  if (kind !== "event") {
    fields.date.value = item[DATES[kind]] || "";
    return;
  }
  fields.all_day.checked = item.all_day;
  if (item.all_day) {
    fields.first_day.value = item.start;
    fields.last_day.value = nextDay(item.end, -1);
    fields.start.value = `${item.start}T09:00`;
    fields.end.value = `${item.start}T10:00`;
  } else {
    fields.start.value = localTime(item.start, zone);
    fields.end.value = localTime(item.end, zone);
    fields.first_day.value = fields.start.value.slice(0, 10);
    fields.last_day.value = fields.end.value.slice(0, 10);
  }
}

function show(kind) {
  for (const part of form.querySelectorAll(".for-event, .for-task, .for-deadline")) {
    part.hidden = !part.classList.contains(`for-${kind}`);
  }
  for (const part of form.querySelectorAll(".timed")) part.hidden = fields.all_day.checked;
  for (const part of form.querySelectorAll(".days")) part.hidden = !fields.all_day.checked;
}

function readEvent(zone) {
  const times = fields.all_day.checked
    ? { start: fields.first_day.value, end: nextDay(fields.last_day.value, 1) }
    : { start: instantOf(fields.start.value, zone), end: instantOf(fields.end.value, zone) };
  return {
    ...times,
    all_day: fields.all_day.checked,
    location: fields.location.value || null,
    category: fields.category.value || null,
    confidential: fields.confidential.checked,
    visibility: fields.private.checked ? "private" : "firm",
    staff_ids: assigned(),
  };
}

function assigned() {
  return [...document.querySelectorAll("#assigned input:checked")].map((box) => box.value);
}

function read(kind, item, zone) {
  const members = { [TITLES[kind]]: fields.title.value };
  if (fields.matter_id.value || kind !== "deadline") members.matter_id = fields.matter_id.value || null;
  if (kind === "event") Object.assign(members, readEvent(zone));
  else members[DATES[kind]] = fields.date.value || null;
  if (kind === "task") Object.assign(members, { assignee_ids: assigned(), completed: fields.completed.checked });
  if (fields.description.value !== textOf(item.description_html)) {
    members.description_html = htmlOf(fields.description.value);
  }
  return members;
}

/* Open the form; `save(kind, members)` and `remove()` return a promise, rejected with what to tell the person. */
function openDialog({ kind, item, data, zone, save, remove }) {
  const isNew = !item.id;
  const chosen = () => (isNew ? fields.kind.value : kind);
  document.getElementById("item-title").textContent = isNew ? "New" : `Edit ${NAMES[kind]}`;
  fields.kind.value = kind;
  fields.kind.parentElement.hidden = !isNew;
  document.getElementById("delete").hidden = isNew;
  fields.title.value = item[TITLES[kind]] || "";
  fields.location.value = item.location || "";
  fields.description.value = textOf(item.description_html);
  fields.confidential.checked = Boolean(item.confidential);
  fields.private.checked = item.visibility === "private";
  fields.completed.checked = Boolean(item.completed);
  fields.date.value = item.all_day ? item.start : (item.start || "").slice(0, 10);
  fillTimes(item, kind, zone);
  fillChoices(data, item, kind);
  fault.hidden = true;
  show(kind);
  fields.kind.onchange = () => { fillChoices(data, item, chosen()); show(chosen()); };
  fields.all_day.onchange = () => show(chosen());
  document.getElementById("cancel").onclick = () => dialog.close();
  const finish = (work) => work.then(() => dialog.close(), (error) => {
    fault.textContent = error.message;
    fault.hidden = false;
  });
  document.getElementById("delete").onclick = () => finish(remove());
  form.onsubmit = (event) => {
    event.preventDefault();
    finish(Promise.resolve().then(() => save(chosen(), read(chosen(), item, zone))));
  };
  dialog.showModal();
  fields.title.focus();
}

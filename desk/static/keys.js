/* Moves through the rows of a list by keys, as mail programs do. Everything is reached without it. */
"use strict";
(function () {
  function rows() { return Array.from(document.querySelectorAll("[data-row]")); }
  function move(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
    all[to].focus();
    all[to].scrollIntoView({ block: "nearest" });
  }
  function search() {
    const field = document.getElementById("search");
    if (field) field.focus(); else window.location.assign("/#search");
  }
  function help() {
    const keys = document.querySelector("[data-keys]");
    if (!keys) return;
    keys.open = !keys.open;
    if (keys.open) keys.scrollIntoView({ block: "nearest" });
  }
  const moves = { j: () => move(1), k: () => move(-1), "/": search, "?": help };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in moves)) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    moves[event.key]();
  });
}());

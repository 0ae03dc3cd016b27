export default {
  "way": "What a click does",
  "way.add": "Add",
  "way.take": "Take away",
  "way.only": "Only this",
  "how.add": "Click a thing to add it, or drag a box around it.",
  "alt.take": "Alt takes away.",
  "how.take": "Click a thing to take it away, or drag a box around it.",
  "alt.add": "Alt adds.",
  "how.only": "Click what to keep, or drag a box around it.",
  "loading": "Getting what it takes to pick…",
  "loading.of": "Getting what it takes to pick: {{share}}",
  "picked": "Added.",
  "taken": "Taken away.",
  "nothing": "Nothing was found there."
}

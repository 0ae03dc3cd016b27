export default {
  "way": "Was ein Klick tut",
  "way.add": "Dazunehmen",
  "way.take": "Wegnehmen",
  "way.only": "Nur das",
  "how.add": "Klick auf ein Ding nimmt es dazu, oder ein Rahmen darum.",
  "alt.take": "Alt nimmt weg.",
  "how.take": "Klick auf ein Ding nimmt es weg, oder ein Rahmen darum.",
  "alt.add": "Alt nimmt dazu.",
  "how.only": "Klick auf das, was bleiben soll, oder zieh einen Rahmen darum.",
  "loading": "Was zum Auswählen nötig ist, wird geholt …",
  "loading.of": "Was zum Auswählen nötig ist, wird geholt: {{share}}",
  "picked": "Dazugenommen.",
  "taken": "Weggenommen.",
  "nothing": "Dort wurde nichts gefunden."
}

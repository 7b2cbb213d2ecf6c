// The rules of https://html-validate.org that the site keeps; those switched off are not about valid HTML.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // Either spelling is HTML.
    "attribute-boolean-style": "off",
    "doctype-style": "off",
    // The rows of a drawing wrap on a narrow page, which those of a native table cannot.
    "prefer-native-element": ["error", { exclude: ["table", "row", "rowheader", "columnheader", "cell"] }],
    // The theme has the list of sections twice, one for each width.
    "unique-landmark": "off",
    // An id is the path of a member.
    "valid-id": ["error", { relaxed: true }],
    // The forms of the theme switch colours, and submit nothing.
    "wcag/h32": "off",
  },
};

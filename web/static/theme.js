// Puts the chosen theme on the page before its first paint.
{
  const asked = new URLSearchParams(location.search).get("theme");
  let theme = asked;
  if (asked !== "light" && asked !== "dark") {
    try {
      theme = localStorage.getItem("millrace.theme");
    } catch {
      theme = null; // Storage is blocked: follow the system.
    }
  }
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
  if (["1", "true"].includes(new URLSearchParams(location.search).get("embed"))) {
    document.documentElement.dataset.embed = "";
  }
}

() => {
  // What stands out of its card or is cut, and rows that leave a blank, on the page as it is now.
  const ROOM = 1.5;
  const MOST_BLANK = 80;
  const found = [];
  const said = (node) => (node.textContent ?? "").trim().slice(0, 40) || node.getAttribute?.("class") || node.tagName;
  const inside = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
    node.shadowRoot ? [node, ...inside(node.shadowRoot)] : [node]);
  const everything = inside(document.querySelector('[data-testid="stMain"]'));
  const isShown = (node) => {
    const { width, height } = node.getBoundingClientRect();
    return width > 1 && height > 1 && getComputedStyle(node).visibility !== "hidden";
  };
  const parent = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const ancestor = (node, is) => {
    for (let up = parent(node); up; up = parent(up)) if (is(up)) return up;
    return null;
  };
  const isCard = (node) => {
    const { borderTopWidth, borderRadius } = getComputedStyle(node);
    return Number.parseFloat(borderTopWidth) > 0 && Number.parseFloat(borderRadius) >= 6 && node.clientWidth > 180;
  };
  const clips = (node) => /auto|scroll|hidden|clip/.test(getComputedStyle(node).overflowX);
  for (const node of everything.filter(isShown)) {
    const box = node.getBoundingClientRect();
    if (node.closest?.("[data-testid=stDataFrame], .announcer")) continue;
    const edge = ancestor(node, (up) => isCard(up) || clips(up));
    if (edge && isCard(edge)) {
      const card = edge.getBoundingClientRect();
      if (box.right > card.right + ROOM || box.left < card.left - ROOM) found.push(`out of its card: ${said(node)}`);
    }
    const picture = node.closest?.("svg");
    if (picture && node.tagName === "text" && node.textContent && getComputedStyle(node).opacity !== "0") {
      const frame = picture.getBoundingClientRect();
      const over = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
      if (over > 2) found.push(`cut by ${over.toFixed(0)} px: ${said(node)}`);
    }
    const { textOverflow } = getComputedStyle(node);
    if (textOverflow === "ellipsis" && node.scrollWidth > node.clientWidth + 1 && !node.children.length) {
      found.push(`shortened: ${said(node)}`);
    }
  }
  const rows = everything.filter((node) => node.dataset?.testid === "stHorizontalBlock" && node.querySelector(".stColumn, [data-testid=stColumn]"));
  const last = Math.max(...rows.map((row) => row.getBoundingClientRect().bottom));
  for (const row of rows) {
    const columns = [...row.children].filter(isShown);
    const tops = columns.map((column) => column.getBoundingClientRect().top);
    const isOne = columns.length > 1 && Math.max(...tops) - Math.min(...tops) < 2;
    if (!isOne || row.getBoundingClientRect().bottom >= last - 2) continue; // where the page ends, columns may end as they do
    const ends = columns.map((column) => {
      const shown = inside(column).filter((node) => isShown(node) && !node.children.length);
      return Math.max(...shown.map((node) => node.getBoundingClientRect().bottom));
    });
    const blank = Math.max(...ends) - Math.min(...ends);
    if (blank > MOST_BLANK) found.push(`a blank of ${blank.toFixed(0)} px beside: ${said(columns[0])}`);
  }
  return [...new Set(found)];
}

/** What tests and the style sheet read of the editor. */

/**
 * @param {import("./index.js").Editor} editor
 * @param {{isPreviewed: boolean, isAhead: boolean}} state
 */
export function report({ host, gestures, history, link }, { isPreviewed, isAhead }) {
  Object.assign(host.dataset, {
    points: history.points.length,
    edits: link.edits,
    frames: Number(host.dataset.frames ?? 0) + 1,
    version: link.version,
    dragging: gestures.isDragging,
    previewed: isPreviewed,
    stale: isAhead,
  });
}

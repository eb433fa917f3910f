/** Whether Python draws something of this page, or waits for its turn to. */
export const isAtWork = () => document.querySelector(".stApp")?.dataset.testScriptState === "running";

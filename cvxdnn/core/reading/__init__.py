"""Other people's tables: a file, a workbook or pasted text, step by step, until it is two lists of numbers.

1. `source`: bytes of any origin become text, never more of them than is allowed;
2. `delimiter`, `table` (`workbook` for Excel): text becomes names and columns of cells, what was left out is
   counted;
3. `choice`: two of the columns become numbers. Where that is open, for instance whether "1,000" is one or a thousand,
   the answer is a question and never a guess; `instants` reads dates and times.
"""

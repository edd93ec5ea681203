CREATE OR ALTER FUNCTION domino_sync.seconds_after (@p_from datetime2(3), @p_seconds float)
RETURNS TABLE
AS
/*
An instant so many seconds after another, fractions included.  DATEADD in milliseconds alone overflows after 24 days.
Parameters: @p_from; @p_seconds - not negative.  Returns: later.  Locks: none.  Writes: nothing.
*/
RETURN
    SELECT
        DATEADD(
            millisecond,
            CAST(1000 * (@p_seconds - FLOOR(@p_seconds)) AS int),
            DATEADD(second, CAST(FLOOR(@p_seconds) AS int), @p_from)
        ) AS later;

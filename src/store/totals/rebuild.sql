-- Everything that is counted, anew from the records.
DELETE FROM totals;
DELETE FROM duration_totals;

UPDATE decisions SET leads = 0, opens = 0, self_served = 0, nps_rated = 0, promoter = 0, detractor = 0,
    resolution_rated = 0, resolved = 0, clicked = 0, ordered = 0, good = 0, bad = 0, corrected = 0, reviewed = 0,
    reviewed_right = 0
WHERE leads + good + bad + corrected + reviewed > 0;

UPDATE decisions SET leads = 1, opens = first.answerable, self_served = first.answerable * (1 - first.handed),
    nps_rated = first.nps_rated, promoter = first.promoter, detractor = first.detractor,
    resolution_rated = first.resolution_rated, resolved = first.resolved, clicked = first.clicked,
    ordered = first.ordered
FROM (
    SELECT numbered.message_id, numbered.answerable, numbered.handed,
        CASE WHEN rated.nps IS NOT NULL THEN 1 ELSE 0 END AS nps_rated,
        CASE WHEN rated.nps >= 9 THEN 1 ELSE 0 END AS promoter,
        CASE WHEN rated.nps <= 6 THEN 1 ELSE 0 END AS detractor,
        CASE WHEN rated.resolved IS NOT NULL THEN 1 ELSE 0 END AS resolution_rated,
        CASE WHEN rated.resolved = 1 THEN 1 ELSE 0 END AS resolved,
        CASE WHEN EXISTS (SELECT 1 FROM conversation_events AS event WHERE event.kb = numbered.kb
            AND event.conversation_id = numbered.conversation_id) THEN 1 ELSE 0 END AS clicked,
        CASE WHEN EXISTS (SELECT 1 FROM conversation_events AS event WHERE event.kb = numbered.kb
            AND event.conversation_id = numbered.conversation_id AND event.event = 'ordered') THEN 1 ELSE 0 END AS ordered
    FROM (
        SELECT kb, conversation_id, message_id,
            CASE WHEN decision IN ('answer', 'suggest') OR (decision = 'handoff' AND reason <> 'human_requested')
                THEN 1 ELSE 0 END AS answerable,
            MAX(CASE WHEN decision = 'handoff' THEN 1 ELSE 0 END) OVER (PARTITION BY kb, conversation_id) AS handed,
            ROW_NUMBER() OVER (PARTITION BY kb, conversation_id ORDER BY
                CASE WHEN decision IN ('answer', 'suggest') OR (decision = 'handoff' AND reason <> 'human_requested')
                    THEN 0 ELSE 1 END, at, message_id) AS place
        FROM decisions WHERE conversation_id IS NOT NULL
    ) AS numbered
    LEFT JOIN ratings AS rated ON rated.number = (SELECT MAX(number) FROM ratings AS told
        WHERE told.kb = numbered.kb AND told.conversation_id = numbered.conversation_id)
    WHERE numbered.place = 1
) AS first
WHERE decisions.message_id = first.message_id;

UPDATE decisions SET
    good = CASE WHEN last.rating = 'good' THEN 1 ELSE 0 END,
    bad = CASE WHEN last.rating = 'bad' THEN 1 ELSE 0 END,
    corrected = CASE WHEN COALESCE(last.faq_id, last.skill_group) IS NOT NULL THEN 1 ELSE 0 END,
    reviewed = CASE WHEN decisions.decision IN ('answer', 'route')
        AND COALESCE(last.rating, last.faq_id, last.skill_group) IS NOT NULL THEN 1 ELSE 0 END,
    reviewed_right = CASE
        WHEN decisions.decision = 'answer' AND last.faq_id IS NOT NULL
            THEN CASE WHEN last.faq_id = decisions.faq_id THEN 1 ELSE 0 END
        WHEN decisions.decision = 'route' AND last.skill_group IS NOT NULL
            THEN CASE WHEN last.skill_group = decisions.skill_group THEN 1 ELSE 0 END
        WHEN decisions.decision IN ('answer', 'route') AND last.rating = 'good' THEN 1
        ELSE 0 END
FROM feedback AS last
WHERE last.kb = decisions.kb AND last.message_id = decisions.message_id
    AND last.number = (SELECT MAX(number) FROM feedback AS told WHERE told.kb = last.kb AND told.message_id = last.message_id);

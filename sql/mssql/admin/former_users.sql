CREATE OR ALTER FUNCTION domino_sync.former_users(@p_crm_user_id int, @p_mail_file nvarchar(500), @p_email nvarchar(255))
RETURNS TABLE
AS
/* Who a user was in the CRM before: rows of Users that are deleted, disabled or gone there and switched off here, which had
   the same address and the same mail file. Somebody else who had the mail file before is not meant.
   Parameters: @p_crm_user_id, who he is now; @p_mail_file; @p_email, his address.  Returns: a row a former user. */
RETURN
SELECT f.crm_user_id, COALESCE(u.name, CONCAT(N'user ', f.crm_user_id)) AS name
FROM domino_sync.sync_user AS f
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = f.crm_user_id
WHERE f.crm_user_id <> @p_crm_user_id
  AND f.enabled = 0
  AND LOWER(f.mail_file) = LOWER(@p_mail_file)
  AND LOWER(LTRIM(RTRIM(@p_email))) IN (LOWER(LTRIM(RTRIM(f.email))), u.email)
  AND (u.crm_user_id IS NULL OR u.refusal IN (N'deleted in the CRM', N'disabled in the CRM'));

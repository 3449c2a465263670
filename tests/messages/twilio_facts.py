"""Facts of Twilio's published API (OpenAPI, api v2010, version 1.0.0) that our fake obeys."""

SERVER = "https://api.twilio.com"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
MESSAGE = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json"
CONTENT_TYPE = "application/x-www-form-urlencoded"
ANSWER_TYPE = "application/json"
AUTH_SCHEME = "basic"
CREATED = 201
FOUND = 200

ACCOUNT_SID = r"^AC[0-9a-fA-F]{32}$"
MESSAGE_SID = r"^(SM|MM)[0-9a-fA-F]{32}$"
SERVICE_SID = r"^MG[0-9a-fA-F]{32}$"

REQUIRED = frozenset({"To"})
SENT_BY_US = frozenset({"To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"})
PARAMETERS = SENT_BY_US | {
    "ApplicationSid",
    "AddressRetention",
    "Attempt",
    "ContentRetention",
    "ContentSid",
    "ContentVariables",
    "FallbackFrom",
    "ForceDelivery",
    "MaxPrice",
    "MediaUrl",
    "PersistentAction",
    "ProvideFeedback",
    "RiskCheck",
    "ScheduleType",
    "SendAsMms",
    "SendAt",
    "ShortenUrls",
    "SmartEncoded",
    "TrafficType",
}

# In words only, in the descriptions: seconds, and characters of a body.
VALIDITY = (1, 36000)
VALIDITY_WORDS = "integers from `1` to `36000`"
LONGEST_BODY = 1600
BODY_WORDS = "up to 1,600 characters"
UCS2_WORDS = "or 70 [UCS-2]"

STATUSES = frozenset(
    {
        "queued",
        "sending",
        "sent",
        "failed",
        "delivered",
        "undelivered",
        "receiving",
        "received",
        "accepted",
        "scheduled",
        "read",
        "partially_delivered",
        "canceled",
    }
)
DIRECTION = "outbound-api"

ANSWER_FIELDS = frozenset(
    {
        "account_sid",
        "api_version",
        "body",
        "date_created",
        "date_sent",
        "date_updated",
        "direction",
        "error_code",
        "error_message",
        "from",
        "messaging_service_sid",
        "num_media",
        "num_segments",
        "price",
        "price_unit",
        "sid",
        "status",
        "subresource_uris",
        "to",
        "uri",
    }
)

LIST_FILTERS = frozenset({"To", "From", "DateSent", "DateSent<", "DateSent>", "PageSize", "Page", "PageToken"})
LIST_FIELDS = frozenset(
    {"end", "first_page_uri", "messages", "next_page_uri", "page", "page_size", "previous_page_uri", "start", "uri"}
)
PAGE_SIZE = (1, 50, 1000)  # least, usual, most
PAGE_SIZE_WORDS = "The default is 50, and the maximum is 1000"

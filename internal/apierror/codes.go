package apierror

// The codes of top-level errors, in extensions.code. docs/api.md says what a client should do about each.
const (
	// CodeParseFailed and the two codes below it are gqlgen's own.
	CodeParseFailed      = "GRAPHQL_PARSE_FAILED"
	CodeValidationFailed = "GRAPHQL_VALIDATION_FAILED"
	CodeTooComplex       = "COMPLEXITY_LIMIT_EXCEEDED"

	CodeUntrustedDocument = "PERSISTED_QUERY_NOT_FOUND"
	CodeUnauthenticated   = "UNAUTHENTICATED"
	CodeForbidden         = "FORBIDDEN"
	CodeBadUserInput      = "BAD_USER_INPUT"
	// CodeNotFound is for paths of the server. An object that does not exist is null, or a user error.
	CodeNotFound    = "NOT_FOUND"
	CodeRateLimited = "RATE_LIMITED"
	CodeOverloaded  = "OVERLOADED"
	CodeUnavailable = "UNAVAILABLE"
	CodeInternal    = "INTERNAL"
)

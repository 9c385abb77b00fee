package auth

import (
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// hintInterval is how often the operator is told of each kind of token that is refused. Anybody can send such tokens.
const hintInterval = time.Minute

// hintKind is a kind of token that a wrong setting makes useless. The values stand in the log.
type hintKind string

const (
	hintOpaque         hintKind = "no JWT"
	hintEncrypted      hintKind = "encrypted"
	hintAlgorithm      hintKind = "algorithm"
	hintIssuer         hintKind = "issuer"
	hintKey            hintKind = "key"
	hintAudience       hintKind = "audience"
	hintExpiry         hintKind = "expiry"
	hintClock          hintKind = "clock"
	hintTenant         hintKind = "tenant"
	hintTenantOfIssuer hintKind = "tenant of the issuer"
	hintForeignTenant  hintKind = "tenant of another issuer"
	hintUser           hintKind = "user"
	hintIDs            hintKind = "ids"
	hintRoles          hintKind = "roles"
	hintOverage        hintKind = "too many groups"
)

// setupLog tells the operator why tokens are of no use, and which setting to change: one line a minute for each kind. It
// is safe for concurrent use.
type setupLog struct {
	logger *slog.Logger
	now    func() time.Time

	mu   sync.Mutex
	told map[hintKind]*toldHint
}

// toldHint is when a kind was logged last, and how often it was not logged since.
type toldHint struct {
	at    time.Time
	quiet int
}

func newSetupLog(logger *slog.Logger, now func() time.Time) *setupLog {
	return &setupLog{logger: logger, now: now, told: make(map[hintKind]*toldHint)}
}

// tell logs what is wrong with a token and what to do, unless its kind was logged within a minute. explain is not called
// otherwise.
func (l *setupLog) tell(kind hintKind, explain func() (problem, remedy string)) {
	quiet, due := l.due(kind)
	if !due {
		return
	}

	problem, remedy := explain()
	l.logger.Warn(problem, "kind", string(kind), "remedy", remedy, "not_logged", quiet)
}

func (l *setupLog) due(kind hintKind) (quiet int, due bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	now, last := l.now(), l.told[kind]
	if last != nil && now.Sub(last.at) < hintInterval {
		last.quiet++

		return 0, false
	}

	if last != nil {
		quiet = last.quiet
	}

	l.told[kind] = &toldHint{at: now}

	return quiet, true
}

const (
	// maxHintText is the most bytes of a value in a hint.
	maxHintText = 200
	// maxHintNames is the most names in a hint.
	maxHintNames = 30
)

// quoted returns a value of a token as hints show it.
func quoted(text string) string {
	if len(text) > maxHintText {
		text = strings.ToValidUTF8(text[:maxHintText], "") + "…"
	}

	return strconv.Quote(text)
}

// quotedList returns several values as hints show them.
func quotedList(texts []string) string {
	shown := make([]string, 0, min(len(texts), maxHintNames))

	for _, text := range texts[:min(len(texts), maxHintNames)] {
		shown = append(shown, quoted(text))
	}

	if len(texts) > maxHintNames {
		shown = append(shown, "…")
	}

	return "[" + strings.Join(shown, " ") + "]"
}

// claimNames returns the names of a token's claims, without their values.
func claimNames(claims map[string]any) string {
	return quotedList(slices.Sorted(maps.Keys(claims)))
}

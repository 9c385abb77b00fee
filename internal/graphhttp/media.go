package graphhttp

import (
	"mime"
	"strconv"
	"strings"
)

// negotiate returns the media type that the client prefers, or false if it accepts none that this server sends.
func negotiate(accept []string) (string, bool) {
	if len(accept) == 0 {
		return mediaJSON, true
	}

	best, bestQuality := "", 0.0

	eachAccepted(accept, func(accepted string, quality float64) {
		media := ""

		switch accepted {
		case mediaJSON, mediaResponse, mediaEvents:
			media = accepted
		case "*/*", "application/*":
			media = mediaJSON
		}

		if media != "" && quality > bestQuality {
			best, bestQuality = media, quality
		}
	})

	return best, best != ""
}

// acceptsEvents says whether the client accepts server-sent events, even if it prefers another media type: some clients
// send the same list with every operation.
func acceptsEvents(accept []string) (accepts bool) {
	eachAccepted(accept, func(media string, quality float64) { accepts = accepts || media == mediaEvents && quality > 0 })

	return accepts
}

// eachAccepted calls visit with each media type that can be UTF-8, and how much the client prefers it, from 0 to 1.
// Entries that are malformed are left out.
func eachAccepted(accept []string, visit func(media string, quality float64)) {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		accepted, parameters, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil || !isUTF8(parameters["charset"]) {
			continue
		}

		quality := 1.0
		if q, given := parameters["q"]; given {
			if quality, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}

		visit(accepted, quality)
	}
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

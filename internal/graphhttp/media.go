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
	}

	return best, best != ""
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

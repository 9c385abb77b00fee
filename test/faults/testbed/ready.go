package testbed

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// notReadyLimit is the time within which servers must say that they are not ready.
const notReadyLimit = 10 * time.Second

// AwaitNotReady waits until each server says that it is not ready, and returns an error if one does not.
func (b *Testbed) AwaitNotReady(ctx context.Context) error {
	deadline := time.Now().Add(notReadyLimit)

	for _, url := range b.URLs() {
		for ready(ctx, url) {
			if time.Now().After(deadline) {
				return fmt.Errorf("the server at %s says that it is ready, but it cannot write", url)
			}

			time.Sleep(20 * time.Millisecond)
		}
	}

	return nil
}

func ready(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", http.NoBody)
	if err != nil {
		return false
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}

	_ = response.Body.Close() // Only the status matters.

	return response.StatusCode == http.StatusOK
}

package provider

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// NativeBatch is requests that are handed over together: of one model, to one endpoint.
type NativeBatch struct {
	// ID is ours: by it a native batch is found again of which nobody knows whether the provider took it.
	ID    string
	Path  string // of one request
	Lines []NativeLine
	Since time.Time // when it was first tried
	Beta  string    // Anthropic's features that its requests use, as the header has them
}

// NativeLine is one request of a native batch. One for which nothing is booked is not handed over.
type NativeLine struct {
	Number int
	Body   []byte
	Booked id.Attempt
}

// NativeProgress is how far a provider is with a native batch.
type NativeProgress struct {
	Over bool // nothing more comes
	// Lost says that it was not begun: no line has a result, and none costs anything.
	Lost  bool
	Why   string // of Lost, the provider's words
	Total int
	Done  int
	// Whole says that the provider calls it complete: a line without a result may have cost something all the same.
	Whole bool
	Files []string // of results, where they are files
}

// NativeResult is the result of one line.
type NativeResult struct {
	Number int
	Status int // as an answer to one request would have it; 0 where it was not asked and costs nothing
	Body   []byte
}

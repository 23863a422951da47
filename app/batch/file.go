package batch

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Purpose says what a file is for.
type Purpose string

// The purposes.
const (
	ForBatch    Purpose = "batch"
	ForOutput   Purpose = "batch_output"
	forMessages Purpose = "messages" // the requests of a message batch; in no list
	// forSchedules is what a schedule asks; in no list.
	forSchedules Purpose = "schedule"
	// forDraft is what somebody uploaded to make a batch of; in no list, no key's, and theirs alone for a day.
	forDraft Purpose = "draft"
)

// File is a file of requests or of results.
type File struct {
	ID      id.File
	Org     id.Org
	Key     id.Key    // whose it is
	Member  id.Member // whose key that is; zero for a service account's
	Purpose Purpose
	Name    string
	Size    int64
	// Batch is the one whose results the file is; it has no parts of its own. Bad says that it is those that were not answered.
	Batch id.Batch
	Bad   bool
	// Ready is false while it is uploaded.
	Ready     bool
	CreatedAt time.Time
	ExpiresAt time.Time
}

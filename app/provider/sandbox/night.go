package sandbox

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// atNight begins the client's id of every call that a batch makes; the bill halves those.
const atNight = "batch "

// fates are what may go wrong. The first five are a line's, the others the whole batch's, by its first line.
var fates = map[string]bool{
	"missing": true, // it has no result
	"twice":   true, // it has two
	"garbled": true, // its result is no JSON
	"expired": true, // it was not asked in time
	"strange": true, // its result has a name that nobody gave
	"busy":    true, // making the batch answers 429
	"broken":  true, // making it answers 500, and nothing is made
	"unsaid":  true, // making it answers 500, and it is made
	"invalid": true, // it fails its validation
}

// mostNights is how many batches are remembered.
const mostNights = 500

// night keeps batches in memory.
type night struct {
	mu  sync.Mutex
	all []*nightBatch
}

type nightLine struct {
	CustomID string          `json:"custom_id"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
	Params   json.RawMessage `json:"params"`
	script   Script
}

// result is how one line ended: "succeeded", "errored", "expired" or "canceled".
type nightResult struct {
	line   *nightLine
	end    string
	status int
	body   []byte
}

type nightBatch struct {
	id, owner, endpoint, input, window string
	metadata                           map[string]string
	anthropic                          bool
	created, due, stopped, ended       time.Time
	lines                              []nightLine
	results                            []nightResult
	status                             string // OpenAI's words
	output, failures                   string
}

// nightOf reads a line's script.
func nightOf(body []byte) Script {
	var q struct{ Model string }
	_ = json.Unmarshal(body, &q) // the line itself says what is wrong with it
	_, sc, _ := script(q.Model, nil)
	return sc
}

// add takes a batch in, unless its first line's fate is another. The failure is what its maker hears.
func (s *Sandbox) add(b *nightBatch) *failure {
	b.created = s.clock.Now()
	for i := range b.lines {
		l := &b.lines[i]
		if l.Body == nil {
			l.Body = l.Params
		}
		l.script = nightOf(l.Body)
	}
	b.due = b.created.Add(b.lines[0].script.Night)
	switch b.lines[0].script.Fate {
	case "busy":
		return &failure{status: 429, message: "Too many batches are enqueued.", code: "rate_limit_exceeded"}
	case "broken":
		return &failure{status: 500, message: "The server had an error while processing your request. Sorry about that!"}
	case "invalid":
		b.status = "failed"
	case "unsaid":
		defer s.night.put(b)
		return &failure{status: 500, message: "The server had an error while processing your request. Sorry about that!"}
	}
	s.night.put(b)
	return nil
}

func (n *night) put(b *nightBatch) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, b)
	if len(n.all) > mostNights { // the oldest are forgotten, as everything here that is in memory
		n.all = n.all[1:]
	}
}

// mine are an owner's batches, newest first, as they stand now.
func (s *Sandbox) mine(owner string, anthropic bool) (out []*nightBatch) {
	s.night.mu.Lock()
	defer s.night.mu.Unlock()
	for _, b := range slices.Backward(s.night.all) {
		if b.owner == owner && b.anthropic == anthropic {
			s.work(b)
			out = append(out, b)
		}
	}
	return out
}

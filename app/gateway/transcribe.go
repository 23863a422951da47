package gateway

import (
	"bytes"
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/transcript"
)

// carbon is the copy of an answer on its way to the client, for the team that wants it kept. A nil one takes nothing.
type carbon struct {
	desk      Transcripts
	body, end []byte
	held      int  // bytes for which there is room
	over      bool // longer than what is held
}

// readTranscript reads whether a client wants one request not kept: by our header, or by the one that people move along with.
func readTranscript(h http.Header) (off bool, err error) {
	switch h.Get("X-Bodhi-Transcript") {
	case "", "on": // whether it is kept is the team's to say
	case "off":
		return true, nil
	default:
		return false, fault.Field("x-bodhi-transcript", `The header x-bodhi-transcript must be "on" or "off".`)
	}
	return h.Get("Helicone-Omit-Request") == "true" || h.Get("Helicone-Omit-Response") == "true", nil
}

// transcribe takes along what is answered, if the team that pays wants its texts kept. It runs behind the data rules, so that nothing is
// kept of what they block, and masked what they mask. What is handed over is kept when its answer is there. Its Finish hands the request over,
// after the last byte and the settlement.
func (g *Gateway) transcribe(_ context.Context, x *Exchange) (Finish, error) {
	if g.Transcripts == nil || !g.Transcripts.Wants(x.Grant.Chain) || x.inner || x.renew || x.deferring() || x.Hints.Unkept || x.Hints.DryRun {
		return nil, nil
	}
	if op := x.Call.Operation; op.Kept() || op.Filed() || op == llm.CountTokens {
		return nil, nil
	}
	x.carbon = &carbon{desk: g.Transcripts}
	return g.transcribed, nil
}

// transcribed hands over a request that somebody answered, or failed to. One that was refused here has said nothing to anybody.
func (g *Gateway) transcribed(_ context.Context, x *Exchange) {
	s := x.carbon
	defer s.drop()
	if x.Answer == nil && x.tries == 0 {
		return
	}
	if a := x.Answer; a != nil && s.body == nil && !s.over && (x.hit != nil || a.Resort != "") {
		s.body, s.end = a.Body, a.End
		if a.Cached != "" {
			s.body, s.end = x.hit.Body, x.hit.End
		}
	}
	blocked := x.fact.Code == "policy_blocked"
	if blocked {
		s.drop()
	}
	g.Transcripts.Keep(&transcript.Taken{Request: x.ID, Chain: x.Grant.Chain, At: x.Started, Call: *x.Call, Body: s.body, End: s.end, Over: s.over,
		Broken: x.Err != nil || x.clientOut || x.fact.Code != "", Masked: x.found.Words(pii.Mask) != "", Veil: x.guard.Veil()})
}

// add takes a piece along. Raw is valid until the next event only.
func (s *carbon) add(raw []byte) {
	if s == nil || s.over {
		return
	}
	if len(s.body)+len(raw) > transcript.MostRaw || !s.desk.Hear(len(raw)) {
		s.over = true
		return
	}
	s.held += len(raw)
	s.body = append(s.body, raw...)
}

// close ends a stream.
func (s *carbon) close(end []byte) {
	if s != nil {
		s.end = bytes.Clone(end)
	}
}

// drop gives the room back that the answer took. What was handed over counts in the queue from then on.
func (s *carbon) drop() {
	if s.held > 0 {
		s.desk.Heard(s.held)
	}
	s.held, s.body, s.end = 0, nil, nil
}

package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/db"
)

// transcripts is the service of kept texts.
func (c *core) transcripts() *transcript.Service {
	return transcript.New(transcript.Parts{Store: db.NewTranscriptStore(c.db), Teams: c.orgs, Vault: c.keyring, Tx: c.db, Audit: c.audit, Bus: c.bus, Clock: c.clock, Log: c.log})
}

// newTexts makes their data plane.
func (a *App) newTexts() *transcript.Desk {
	d := transcript.NewDesk(a.keyring, db.NewTranscriptStore(a.db), a.log, wires())
	a.meter.texts(d.Stats)
	return d
}

// texts shows what became of texts that somebody wants kept.
func (m *meter) texts(stats func() transcript.Stats) {
	for value, of := range map[string]func(transcript.Stats) int64{"kept": func(s transcript.Stats) int64 { return s.Kept }, "dropped": func(s transcript.Stats) int64 { return s.Dropped },
		"failed": func(s transcript.Stats) int64 { return s.Failed }} {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "bodhi_transcripts_total", Help: "Texts that teams want kept, by what became of them; dropped: too many waited.",
			ConstLabels: prometheus.Labels{"outcome": value}}, func() float64 { return float64(of(stats())) }))
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "bodhi_transcripts_waiting_bytes", Help: "Texts that wait to be written."}, func() float64 { return float64(stats().Waiting) }))
}

// handedOut are kept texts as one person's data has them.
type handedOut struct{ texts *transcript.Service }

var _ compliance.Texts = handedOut{}

// Export implements compliance.Texts.
func (h handedOut) Export(ctx context.Context, actor org.Actor, m id.Member, tell func(compliance.Text) error) error {
	return h.texts.Export(ctx, actor, m, func(k transcript.Kept, t transcript.Text) error {
		out := compliance.Text{Request: k.Request.String(), At: k.At, Answer: t.Answer}
		for _, m := range t.Messages {
			out.Messages = append(out.Messages, compliance.Said{Role: m.Role, Text: m.Text})
		}
		return tell(out)
	})
}

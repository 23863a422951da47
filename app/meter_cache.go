package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/bodhi-gateway/bodhi/app/cache"
)

// cache shows what kept answers do. Every label has a handful of values, whatever people ask.
func (m *meter) cache(stats func() cache.Stats) {
	gauge := func(name, help string, of func(cache.Stats) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return of(stats()) }))
	}
	count := func(name, help, label, value string, of func(cache.Stats) int64) {
		o := prometheus.CounterOpts{Name: name, Help: help}
		if label != "" {
			o.ConstLabels = prometheus.Labels{label: value}
		}
		m.registry.MustRegister(prometheus.NewCounterFunc(o, func() float64 { return float64(of(stats())) }))
	}
	gauge("bodhi_cache_entries", "Kept answers in this process.", func(s cache.Stats) float64 { return float64(s.Entries) })
	gauge("bodhi_cache_bytes", "Memory of kept answers in this process.", func(s cache.Stats) float64 { return float64(s.Bytes) })
	gauge("bodhi_cache_waiting", "Requests that wait for the answer to an equal one.", func(s cache.Stats) float64 { return float64(s.Waiting) })
	const hits, misses, evictions, waits, errors = "bodhi_cache_hits_total", "bodhi_cache_misses_total", "bodhi_cache_evictions_total", "bodhi_cache_waits_total", "bodhi_cache_store_errors_total"
	for value, of := range map[string]func(cache.Stats) int64{"memory": func(s cache.Stats) int64 { return s.MemoryHits }, "store": func(s cache.Stats) int64 { return s.StoreHits },
		"last_resort": func(s cache.Stats) int64 { return s.LastResorts }} {
		count(hits, "Answers given again, by where they were found; last_resort: because no provider answered.", "from", value, of)
	}
	for i, value := range cache.Reasons {
		count(misses, "Requests that a policy would have answered and a provider was asked, by why.", "reason", value, func(s cache.Stats) int64 { return s.Misses[i] })
	}
	count("bodhi_cache_bypassed_total", "Requests that a policy is for but does not answer: too warm, with tools, unwanted.", "", "", func(s cache.Stats) int64 { return s.Bypassed })
	for value, of := range map[string]func(cache.Stats) int64{"share": func(s cache.Stats) int64 { return s.OwnEvictions }, "room": func(s cache.Stats) int64 { return s.FullEvictions }} {
		count(evictions, "Answers that left this process: their organization had its share, or there was no room.", "reason", value, of)
	}
	for value, of := range map[string]func(cache.Stats) int64{"process": func(s cache.Stats) int64 { return s.Waits }, "node": func(s cache.Stats) int64 { return s.NodeWaits }} {
		count(waits, "Requests that waited for an equal one's answer in this process; questions that another node was waited for with.", "for", value, of)
	}
	count("bodhi_cache_handed_total", "Questions whose asker went away and that somebody who waited asked instead.", "", "", func(s cache.Stats) int64 { return s.Handed })
	for i, value := range cache.ErrorKinds {
		count(errors, "Failures of the store of kept answers, by what it was to do.", "do", value, func(s cache.Stats) int64 { return s.Errors[i] })
	}
	m.likes(gauge, count)
	count("bodhi_cache_lost_total", "Answers that were not written to the store because too many waited.", "", "", func(s cache.Stats) int64 { return s.Lost })
}

// likes shows what is found for questions that are worded differently.
func (m *meter) likes(gauge func(name, help string, of func(cache.Stats) float64), count func(name, help, label, value string, of func(cache.Stats) int64)) {
	gauge("bodhi_cache_like_bytes", "Memory of the index of questions that are compared, in this process.", func(s cache.Stats) float64 { return float64(s.LikeBytes) })
	count("bodhi_cache_like_found_total", "Kept answers that were found for a question worded differently.", "", "", func(s cache.Stats) int64 { return s.LikeFound })
	count("bodhi_cache_like_served_total", "Of these, answers that were given.", "", "", func(s cache.Stats) int64 { return s.LikeServed })
	for i, value := range cache.Refusals {
		count("bodhi_cache_like_refused_total", "Of these, answers that were not given, by why.", "reason", value, func(s cache.Stats) int64 { return s.LikeRefused[i] })
	}
	for value, of := range map[string]func(cache.Stats) int64{"yes": func(s cache.Stats) int64 { return s.JudgeYes }, "no": func(s cache.Stats) int64 { return s.JudgeNo }} {
		count("bodhi_cache_like_judged_total", "What models said when they were asked whether one answer serves two questions.", "said", value, of)
	}
	count("bodhi_cache_like_embed_errors_total", "Questions that a model made no vector of.", "", "", func(s cache.Stats) int64 { return s.EmbedErrors })
}

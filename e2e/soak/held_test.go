package soak

import (
	"math"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// held is what a process holds at one moment.
type held struct {
	at                                     time.Duration // since the beginning
	memory, goroutines, files, connections float64
}

// look reads it from the process's own metrics.
func look(addr string, at time.Duration) held {
	m := harness.Metrics(addr)
	return held{at, m["process_resident_memory_bytes"], m["go_goroutines"], m["process_open_fds"], m["bodhi_connections"]}
}

// trend is how one of the figures moved.
type trend struct {
	Mean float64 `json:"mean"`
	// Slope is the rise of the straight line of least squares from its beginning to its end, as a part of the mean.
	Slope float64 `json:"slope"`
	Most  float64 `json:"most"`
}

// trendOf leaves the first fifth out, in which caches fill and pools grow.
func trendOf(all []held, of func(held) float64) trend {
	all = all[len(all)/5:]
	if len(all) < 2 {
		return trend{}
	}
	var n, sx, sy, sxx, sxy, most float64
	for _, h := range all {
		x, y := h.at.Seconds(), of(h)
		n, sx, sy, sxx, sxy, most = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y, math.Max(most, y)
	}
	mean := sy / n
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	if mean == 0 {
		return trend{}
	}
	return trend{Mean: mean, Slope: slope * (all[len(all)-1].at - all[0].at).Seconds() / mean, Most: most}
}

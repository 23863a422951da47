package turnstile

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Sample is what the scheduler says about the time since the sample before.
type Sample struct {
	// Wait is what nine of ten goroutines that could run waited at most for a processor.
	Wait time.Duration
	// Queue is how many wait right now, for each processor.
	Queue float64
	// Memory is the part of the memory limit that is in use for good: the heap as the last collection left it, and stacks.
	// 0 without a limit.
	Memory float64
}

// often is the quantile of waits that is watched. Half of all waits are hand-overs between two goroutines, which take
// none of the queue; the last hundredth are the collector's pauses.
const often = 0.9

// scheduler reads samples from the runtime. It belongs to one goroutine; a reading takes some microseconds and stops
// nobody.
type scheduler struct {
	read   [4]metrics.Sample
	counts []uint64 // of the reading before
	limit  int64    // of memory
}

func newScheduler() *scheduler {
	s := &scheduler{}
	s.read[0].Name, s.read[1].Name = "/sched/latencies:seconds", "/sched/goroutines/runnable:goroutines"
	s.read[2].Name, s.read[3].Name = "/gc/heap/live:bytes", "/memory/classes/heap/stacks:bytes"
	s.limit = debug.SetMemoryLimit(-1) // reads it
	s.sample()
	return s
}

func (s *scheduler) sample() Sample {
	metrics.Read(s.read[:])
	out := Sample{Queue: float64(s.read[1].Value.Uint64()) / float64(runtime.GOMAXPROCS(0))}
	if s.limit != math.MaxInt64 {
		out.Memory = float64(s.read[2].Value.Uint64()+s.read[3].Value.Uint64()) / float64(s.limit)
	}
	h := s.read[0].Value.Float64Histogram()
	if len(s.counts) != len(h.Counts) {
		s.counts = make([]uint64, len(h.Counts))
	}
	out.Wait = quantile(h.Buckets, h.Counts, s.counts, often)
	copy(s.counts, h.Counts)
	return out
}

// quantile of what a histogram has gained since before. It is the lower edge of its bucket: buckets are an eighth wide.
func quantile(edges []float64, now, before []uint64, q float64) time.Duration {
	var total uint64
	for i := range now {
		total += now[i] - before[i]
	}
	if total == 0 {
		return 0
	}
	rest := uint64(math.Ceil(q * float64(total)))
	for i := range now {
		if n := now[i] - before[i]; n < rest {
			rest -= n
			continue
		}
		return time.Duration(max(0, edges[i]) * float64(time.Second))
	}
	return 0
}

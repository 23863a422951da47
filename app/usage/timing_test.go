package usage

import (
	"testing"
	"time"
)

func TestTimingsAreOfAnsweredRequestsByModel(t *testing.T) {
	t.Parallel()
	var all []Timed
	for i := 1; i <= 100; i++ {
		all = append(all, Timed{Model: "a", Answered: true, Duration: time.Duration(101-i) * time.Second, First: time.Duration(i) * time.Millisecond})
	}
	all = append(all, Timed{Model: "a", Duration: time.Hour}, Timed{Model: "b", Answered: true, Duration: time.Second})
	got := timings("prompt:x@v1", all)
	if len(got) != 2 || got[0].Model != "a" || got[0].Requests != 101 || got[0].Answered != 100 || got[0].P50 != 50*time.Second || got[0].P95 != 95*time.Second || got[0].First50 != 50*time.Millisecond || got[0].Cut {
		t.Fatalf("%+v", got)
	}
	if got[1].P50 != time.Second || got[1].P95 != time.Second || got[1].First50 != 0 {
		t.Errorf("%+v", got[1])
	}
	if sum := All(got); sum.Requests != 102 || sum.Answered != 101 || sum.P50 != 50*time.Second || sum.P95 != 95*time.Second {
		t.Errorf("%+v", sum)
	}
	if none := All(nil); none.P50 != 0 || none.Answered != 0 {
		t.Errorf("%+v", none)
	}
}

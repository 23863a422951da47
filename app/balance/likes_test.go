package balance_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

func TestQualityLearnsFromFeedbackWithinARank(t *testing.T) {
	t.Parallel()
	liked, disliked := balance.Likes{Count: 40, Mean: 0.9}, balance.Likes{Count: 40, Mean: 0.2}
	for name, c := range map[string]struct {
		cs    []balance.Candidate
		first int
	}{
		"the liked one of a rank":              {[]balance.Candidate{{At: 0, Load: balance.Load{Likes: disliked}}, {At: 1, Load: balance.Load{Likes: liked}}}, 1},
		"a rank is above all that people said": {[]balance.Candidate{{At: 0, Load: balance.Load{Likes: disliked}}, {At: 1, Rank: 1, Load: balance.Load{Likes: liked}}}, 0},
		"one verdict is not much":              {[]balance.Candidate{{At: 0, Load: balance.Load{Likes: liked}}, {At: 1, Load: balance.Load{Likes: balance.Likes{Count: 1, Mean: 1}}}}, 0},
		"nobody said anything":                 {[]balance.Candidate{{At: 0}, {At: 1}}, 0},
		"unknown is better than disliked":      {[]balance.Candidate{{At: 0, Load: balance.Load{Likes: disliked}}, {At: 1}}, 1},
	} {
		if balance.Order(balance.Quality, c.cs, &balance.Draw{}); c.cs[0].At != c.first {
			t.Errorf("%s: %d comes first", name, c.cs[0].At)
		}
	}
}

func TestAdaptiveWeighsFeedbackWhereTheRouteSaysSo(t *testing.T) {
	t.Parallel()
	share := func(weight int) float64 {
		cs := []balance.Candidate{{At: 0, Load: balance.Load{Seen: true, Mean: time.Second, Likes: balance.Likes{Count: 100, Mean: 0.3}}}, {At: 1, Load: balance.Load{Seen: true, Mean: time.Second, Likes: balance.Likes{Count: 100, Mean: 0.9}}}}
		mix := balance.UsualMix()
		mix.Feedback = weight
		balance.Order(balance.Adaptive, cs, &balance.Draw{Random: rand.New(rand.NewPCG(1, 2)).Int64N, Mix: mix})
		for _, c := range cs {
			if c.At == 1 {
				return c.Share
			}
		}
		return 0
	}
	if without, little, much := share(0), share(5), share(50); without < 0.499 || without > 0.501 || little < 0.6 || much < 0.95 {
		t.Errorf("the liked one gets %.2f, %.2f, %.2f of the requests", without, little, much)
	}
}

func TestTheBookTellsWhatPeopleSaid(t *testing.T) {
	t.Parallel()
	var b balance.Book
	now := clock.System{}.Now()
	target := balance.Target{Connection: id.NewConnection(id.NewSource(clock.System{}.Now, nil)), Model: "m"}
	if b.Likes(target).Count != 0 || b.Watch(target, now).Likes.Count != 0 {
		t.Error("nobody said anything")
	}
	b.SetLikes(map[balance.Target]balance.Likes{target: {Count: 3, Mean: 1}})
	if l, _ := b.Look(target, now); l.Likes.Count != 3 || b.Watch(target, now).Likes.Mean != 1 || b.Likes(balance.Target{Model: "m"}).Count != 0 {
		t.Errorf("%+v", l)
	}
}

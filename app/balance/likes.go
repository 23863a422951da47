package balance

// Likes are what people said of a target's answers.
type Likes struct {
	Count int64
	Mean  float64 // of scores from 0 to 1
}

// Targets are judged as if they had a few verdicts before the first: so many, each of half a score. A single one is no verdict.
const (
	unsaid  = 10
	neutral = 0.5
)

// Liked is the score that counts, between 0 and 1 and never either.
func (l Likes) Liked() float64 {
	n := float64(l.Count)
	return (l.Mean*n + unsaid*neutral) / (n + unsaid)
}

// SetLikes replaces what the Book knows of verdicts. The map must not be changed afterwards.
func (b *Book) SetLikes(all map[Target]Likes) { b.likes.Store(&all) }

// Likes gives what was said of a target's answers.
func (b *Book) Likes(t Target) Likes {
	if all := b.likes.Load(); all != nil {
		return (*all)[t]
	}
	return Likes{}
}

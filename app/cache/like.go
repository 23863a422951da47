package cache

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// LikeMode says what a policy does with a question that is worded like one that was answered.
type LikeMode string

// The modes. Without one only the very same question gets a kept answer.
const (
	NoLike   LikeMode = ""
	Shadow   LikeMode = "shadow"   // writes down what relaxed would have given, and gives nothing
	Strict   LikeMode = "strict"   // the same words in the same order
	Relaxed  LikeMode = "relaxed"  // the same words by a list of synonyms, and vectors that agree
	Verified LikeMode = "verified" // as relaxed, but what is not strict is put to a small model
)

// LikeModes are all modes that do something, the most careful first.
var LikeModes = []LikeMode{Shadow, Strict, Verified, Relaxed}

// Like is what a policy says about questions that are worded differently.
type Like struct {
	Mode LikeMode `json:"mode,omitempty"`
	// Threshold is the least cosine of two questions' vectors in hundredths, for everything but strict; 0 = DefaultThreshold.
	Threshold int64 `json:"threshold,omitempty"`
	// Embedder is the model that makes vectors, as clients name it; "" is the one that is built in. It is asked for each question that
	// is not found, on the account of who asks.
	Embedder string `json:"embedder,omitempty"`
	// Judge is the model that verified asks, as clients name it.
	Judge string `json:"judge,omitempty"`
}

// The bounds of thresholds. Below the lowest, questions about different things come near each other.
const (
	DefaultThreshold = 90
	LowestThreshold  = 50
)

// On reports whether the policy looks for questions that are worded differently.
func (l Like) On() bool { return l.Mode != NoLike }

// Least is the threshold.
func (l Like) Least() int64 {
	if l.Threshold == 0 {
		return DefaultThreshold
	}
	return l.Threshold
}

// embedder is the model whose vectors are compared; strict compares words only.
func (l Like) embedder() string {
	if l.Mode == Strict {
		return ""
	}
	return l.Embedder
}

// checked is the setting in its stored form, or what is wrong with it.
func (l Like) checked() (Like, error) {
	if l.Mode == "off" {
		l.Mode = NoLike
	}
	known := l.Mode == NoLike
	for _, m := range LikeModes {
		known = known || m == l.Mode
	}
	if !known {
		return l, fault.Field("like", `Questions that are worded differently are "off", or found in the mode "shadow", "strict", "verified" or "relaxed".`)
	}
	if !l.On() {
		return Like{}, nil
	}
	if l.Threshold != 0 && (l.Threshold < LowestThreshold || l.Threshold > 100) {
		return l, fault.Field("threshold", "The threshold is a cosine from 0.5 to 1, in steps of 0.01. Without one it is 0.9.")
	}
	for _, m := range [...]struct {
		field, what string
		value       *string
	}{{"embedder", "a model", &l.Embedder}, {"judge", "a model", &l.Judge}} {
		if *m.value = strings.TrimSpace(*m.value); *m.value == "" {
			continue
		}
		if _, err := org.Name(m.field, m.what, *m.value, 200); err != nil {
			return l, err
		}
	}
	if l.Mode == Verified && l.Judge == "" {
		return l, fault.Field("judge", "The mode verified asks a small model. Name one, as clients ask for it; its requests are paid like any other.")
	}
	if l.Mode != Verified {
		l.Judge = ""
	}
	l.Embedder = l.embedder()
	return l, nil
}

// describe is what Settings.Describe says of it.
func (l Like) describe() string {
	if !l.On() {
		return ""
	}
	return ", like questions " + string(l.Mode)
}

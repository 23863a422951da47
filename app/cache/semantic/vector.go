package semantic

import "math"

// Dimensions of a Vector: 256 numbers are 1 KB. What collides is told apart by the guards.
const Dimensions = 256

// Threshold is the least cosine of two questions that are one. Of the development pairs that the guards accept, the least like each
// other have 0.97: the guards are narrower than the vectors, which find candidates and stop what a guard might let through.
const Threshold = 0.9

// Vector says which words and pieces of words a question has, as a direction. It is made without a model: each word (twice), pair of
// neighbours and run of three or four letters is hashed to one of the dimensions and a sign.
type Vector [Dimensions]float32

// Vector makes the question's vector. Synonyms give the same one.
func (q *Question) Vector() *Vector {
	v := new(Vector)
	last := ""
	for _, it := range q.sense().items {
		v.put(hash("w", it.key), 2)
		if last != "" {
			v.put(hash("p", last, " ", it.key), 0.5)
		}
		last = it.key
		padded := "^" + it.key + "$"
		for n := 3; n <= 4; n++ {
			for i := 0; i+n <= len(padded); i++ {
				v.put(hash("c", padded[i:i+n]), 0.5)
			}
		}
	}
	if size := float32(math.Sqrt(float64(v.Cosine(v)))); size > 0 {
		for i := range v {
			v[i] /= size
		}
	}
	return v
}

func (v *Vector) put(h uint32, weight float32) {
	if h&(1<<31) != 0 {
		weight = -weight
	}
	v[h%Dimensions] += weight
}

// hash is FNV-1a, written out because it runs some fifty times for each question.
func hash(parts ...string) uint32 {
	h := uint32(2166136261)
	for _, p := range parts {
		for i := range len(p) {
			h = (h ^ uint32(p[i])) * 16777619
		}
	}
	return h ^ h>>15
}

// Cosine is the cosine of the angle between two vectors: 1 for the same direction. Four sums run side by side, which a processor does at
// once.
func (v *Vector) Cosine(o *Vector) float32 {
	var s0, s1, s2, s3 float32
	for i := 0; i < Dimensions; i += 4 {
		s0 += v[i] * o[i]
		s1 += v[i+1] * o[i+1]
		s2 += v[i+2] * o[i+2]
		s3 += v[i+3] * o[i+3]
	}
	return s0 + s1 + s2 + s3
}

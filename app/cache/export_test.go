package cache

// Checked is checked for tests.
func (l Like) Checked() (Like, error) { return l.checked() }

// Memory is memory for tests.
type Memory = memory

// NewMemory makes one.
func NewMemory(most int64) *Memory { return newMemory(most) }

// Weight is how many bytes an entry takes there.
func Weight(e *Entry) int64 { return weigh(e) }

// Count is count for tests.
func (m *memory) Count() (entries int, bytes, own, full int64) { return m.count() }

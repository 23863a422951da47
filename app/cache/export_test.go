package cache

// Checked is checked for tests.
func (l Like) Checked() (Like, error) { return l.checked() }

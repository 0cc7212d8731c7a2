// What the conformance driver needs of this package and what it does not export:
// several count files in one process, for programs of any identity, and a timer
// that is asked instead of waited for. Everything here calls what Go's own
// programs call, or says what it holds; nothing that is there is changed.
//
// tests/support/go.rs puts this file into a copy of internal/counter.

package counter

import (
	"runtime/debug"
	"sync"
	"time"
)

// A Recorder is what defaultFile is to a program: the counters, and the count
// file that they are in.
type Recorder struct {
	file   file
	opened sync.Once
	// When the timer of OpenAndRotate fires; the zero time if there is none.
	expiry time.Time
}

// NewRecorder gives the recorder of the program that was built like this.
func NewRecorder(build *debug.BuildInfo) *Recorder {
	recorder := &Recorder{}
	recorder.file.buildInfo = build
	return recorder
}

// New is the function New for a counter of this recorder.
func (r *Recorder) New(name string) *Counter {
	return &Counter{name: name, file: &r.file}
}

// Open is the function Open: the second call does nothing. The error says why
// there is no file.
func (r *Recorder) Open() error {
	r.opened.Do(func() { r.expiry = r.file.rotate1() })
	return r.file.err
}

// Rotate is the timer that file.rotate sets: it fires if it is time, and is
// set again unless that failed.
func (r *Recorder) Rotate() error {
	if !r.expiry.IsZero() && !CounterTime().Before(r.expiry) {
		r.expiry = r.file.rotate1()
	}
	return r.file.err
}

// Current is the path of the present count file and the metadata that it was
// opened with; both are empty if there is none.
func (r *Recorder) Current() (path, meta string) {
	if current := r.file.current.Load(); current != nil {
		return current.f.Name(), current.meta
	}
	return "", ""
}

// Close is what Open returns: afterwards the recorder is no longer usable.
func (r *Recorder) Close() {
	if current := r.file.current.Load(); current != nil {
		current.close()
	}
}

// WeekEnd is weekEnd.
func WeekEnd() (time.Weekday, error) {
	return weekEnd()
}

// CounterSpan is counterSpan.
func CounterSpan() (begin, end time.Time, err error) {
	return counterSpan()
}

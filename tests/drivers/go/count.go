// What benches/count.rs measures of Go's own counting. Every time is printed
// in nanoseconds and is that of this process's clock.

package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/telemetry/internal/counter"
	"golang.org/x/telemetry/internal/telemetry"
)

func openDir(dir string) {
	telemetry.Default = telemetry.NewDir(dir)
	counter.Open(false)
}

var opened = counter.New("gopls/editor:opened")

// timeOpen prints how long it takes until the first addition is in a file.
func timeOpen(dir string) error {
	start := time.Now()
	openDir(dir)
	opened.Inc()
	return printNanoseconds(time.Since(start))
}

// answerIncrements attaches a counter. For every line "GOROUTINES INCREMENTS"
// of its input it lets so many goroutines add so often each, and prints how
// long that took and how many objects it allocated.
func answerIncrements(dir string) error {
	openDir(dir)
	opened.Inc()
	requests := bufio.NewScanner(os.Stdin)
	for requests.Scan() {
		var goroutines, increments int
		if _, err := fmt.Sscan(requests.Text(), &goroutines, &increments); err != nil {
			return err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		took := timeIncrements(goroutines, increments)
		runtime.ReadMemStats(&after)
		if _, err := fmt.Println(took.Nanoseconds(), after.Mallocs-before.Mallocs); err != nil {
			return err
		}
	}
	return requests.Err()
}

// How often each goroutine has to see the other before the clock starts:
// goroutines that share a processor would add one after the other, and meet
// nobody.
const turns = 100

// timeIncrements is the time of the goroutine that took longest, from the
// moment at which all were running.
func timeIncrements(goroutines, increments int) time.Duration {
	took := make([]time.Duration, goroutines)
	var turn atomic.Int64
	until := func(wanted int) {
		for turn.Load() < int64(wanted) {
		}
	}
	var done sync.WaitGroup
	for i := range took {
		done.Add(1)
		go func() {
			defer done.Done()
			for round := range turns {
				until(round*goroutines + i)
				turn.Add(1)
			}
			until(turns * goroutines)
			start := time.Now()
			for range increments {
				opened.Inc()
			}
			took[i] = time.Since(start)
		}()
	}
	done.Wait()
	longest := took[0]
	for _, one := range took {
		longest = max(longest, one)
	}
	return longest
}

// timeInsertions adds 1 to every name of its input, and prints how long that
// took for those behind the first old ones.
func timeInsertions(dir string, old int) error {
	names, err := inputLines()
	if err != nil {
		return err
	}
	openDir(dir)
	insert(names[:old])
	start := time.Now()
	insert(names[old:])
	return printNanoseconds(time.Since(start))
}

func insert(names []string) []*counter.Counter {
	counters := make([]*counter.Counter, len(names))
	for i, name := range names {
		counters[i] = counter.New(name)
		counters[i].Inc()
	}
	return counters
}

// countReattached adds 1 to every name of its input, then to the first old ones
// again, and prints how many of these have their count at another address.
func countReattached(dir string, old int) error {
	names, err := inputLines()
	if err != nil {
		return err
	}
	openDir(dir)
	counters := insert(names[:old])
	before := addresses(counters)
	insert(names[old:])
	moved := 0
	for i, address := range addresses(counters) {
		if address != before[i] {
			moved++
		}
	}
	_, err = fmt.Println(moved)
	return err
}

// addresses adds 1 to every counter, and returns where it was added.
func addresses(counters []*counter.Counter) []uintptr {
	found := make([]uintptr, len(counters))
	for i, c := range counters {
		c.Inc()
		found[i] = reflect.ValueOf(c).Elem().FieldByName("ptr").FieldByName("count").Pointer()
	}
	return found
}

func inputLines() ([]string, error) {
	var lines []string
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		lines = append(lines, strings.Clone(input.Text()))
	}
	return lines, input.Err()
}

func printNanoseconds(took time.Duration) error {
	_, err := fmt.Println(took.Nanoseconds())
	return err
}

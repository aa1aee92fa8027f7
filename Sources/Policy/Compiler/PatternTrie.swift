/// Finds all patterns that match a name in one walk over its bytes.
///
/// A radix tree: each node holds the bytes that lead to it from its parent. Patterns that are prefixes of each other
/// lie on one way, so deep overlaps cost a step each. There is no hash that a client could aim at.
struct PatternTrie: Sendable {
    private struct Node: Sendable {
        var labelStart: Int32 = 0
        var labelCount: Int32 = 0
        var childStart: Int32 = 0
        var childCount: Int32 = 0
        /// The pattern that is just the bytes so far, or -1.
        var exact: Int32 = -1
        /// The pattern of all names that begin with the bytes so far, or -1.
        var prefix: Int32 = -1
    }

    private var nodes = ContiguousArray<Node>()
    /// The first byte of each node's label, by node.
    private var firstBytes = ContiguousArray<UInt8>()
    private var labels = ContiguousArray<UInt8>()

    /// Makes a tree of distinct patterns, which are known by their index.
    init(_ patterns: [NamePattern]) {
        let order = patterns.indices.sorted {
            patterns[$0].bytes.lexicographicallyPrecedes(patterns[$1].bytes)
        }
        nodes.append(Node())
        firstBytes.append(0)
        // Nodes to be filled: which patterns lie below, and how many of their bytes are used up.
        var open: [(node: Int, range: Range<Int>, depth: Int)] = [(0, order.indices, 0)]
        while let (node, range, depth) = open.popLast() {
            var rest = range
            while let first = rest.first, patterns[order[first]].bytes.count == depth {
                let number = Int32(order[first])
                if patterns[order[first]].isPrefix {
                    nodes[node].prefix = number
                } else {
                    nodes[node].exact = number
                }
                rest = rest.dropFirst()
            }
            nodes[node].childStart = Int32(nodes.count)
            while let first = rest.first {
                let bytes = patterns[order[first]].bytes
                let end = rest.firstIndex { patterns[order[$0]].bytes[depth] != bytes[depth] }
                let own = first..<(end ?? rest.endIndex)
                let last = patterns[order[own.upperBound - 1]].bytes
                // In a sorted run, what the first and the last share is shared by all.
                var shared = depth + 1
                while shared < min(bytes.count, last.count), bytes[shared] == last[shared] {
                    shared += 1
                }
                open.append((nodes.count, own, shared))
                nodes.append(
                    Node(labelStart: Int32(labels.count), labelCount: Int32(shared - depth)))
                firstBytes.append(bytes[depth])
                labels.append(contentsOf: bytes[depth..<shared])
                nodes[node].childCount += 1
                rest = own.upperBound..<rest.endIndex
            }
        }
    }

    /// Calls `body` with the number of each pattern that matches, shorter ones first.
    @inline(__always)
    func forEachMatch(_ name: String, _ body: (Int) -> Void) {
        let done: Void? = name.utf8.withContiguousStorageIfAvailable { find($0, body) }
        if done == nil { Array(name.utf8).withUnsafeBufferPointer { find($0, body) } }
    }

    @inline(__always)
    private func find(_ name: UnsafeBufferPointer<UInt8>, _ body: (Int) -> Void) {
        nodes.withUnsafeBufferPointer { nodes in
            firstBytes.withUnsafeBufferPointer { firstBytes in
                labels.withUnsafeBufferPointer { labels in
                    Self.find(name, nodes, firstBytes, labels, body)
                }
            }
        }
    }

    @inline(__always)
    private static func find(
        _ name: UnsafeBufferPointer<UInt8>, _ nodes: UnsafeBufferPointer<Node>,
        _ firstBytes: UnsafeBufferPointer<UInt8>, _ labels: UnsafeBufferPointer<UInt8>,
        _ body: (Int) -> Void
    ) {
        var number = 0
        var used = 0
        while true {
            let node = nodes[number]
            let start = Int(node.labelStart)
            let count = Int(node.labelCount)
            guard name.count - used >= count else { return }
            // The first byte was compared on the way here.
            var index = 1
            while index < count {
                if labels[start + index] != name[used + index] { return }
                index += 1
            }
            used += count
            if node.prefix >= 0 { body(Int(node.prefix)) }
            if used == name.count {
                if node.exact >= 0 { body(Int(node.exact)) }
                return
            }
            guard let child = child(of: node, name[used], firstBytes) else { return }
            number = child
        }
    }

    @inline(__always)
    private static func child(
        of node: Node, _ byte: UInt8, _ firstBytes: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        var low = Int(node.childStart)
        var high = low + Int(node.childCount)
        while high - low > 4 {
            let middle = (low + high) / 2
            if firstBytes[middle] <= byte { low = middle } else { high = middle }
        }
        while low < high {
            if firstBytes[low] == byte { return low }
            low += 1
        }
        return nil
    }
}

package import Foundation

/// A small ext4 file system in a file, mounted on a folder; needs root.
package final class LoopMount: Sendable {
    package let folder: URL
    private let image: URL

    /// Whether this machine lets us mount; asked once.
    package static let isPossible: Bool = {
        guard geteuid() == 0, Shell.has("mkfs.ext4") else { return false }
        let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        return (try? LoopMount(on: place, mebibytes: 16)) != nil
    }()

    package init(on folder: URL, mebibytes: Int) throws {
        self.folder = folder
        image = folder.deletingLastPathComponent().appending(path: "\(UUID().uuidString).ext4")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = try Shell.run([
            "sh", "-c",
            "truncate -s \(mebibytes)M '\(image.path)' && mkfs.ext4 -q -m 0 '\(image.path)'"
                + " && mount -o loop '\(image.path)' '\(folder.path)'",
        ])
        guard result.status == 0 else {
            try? FileManager.default.removeItem(at: image)
            throw GatewayProcess.NotStarted(description: result.error)
        }
    }

    /// Takes all space that is left.
    package func fill() throws {
        let result = try Shell.run([
            "sh", "-c",
            "dd if=/dev/zero of='\(folder.path)/filler' bs=64k 2>/dev/null;"
                + " dd if=/dev/zero bs=1k >>'\(folder.path)/filler' 2>/dev/null; sync; df -k '\(folder.path)'",
        ])
        guard result.output.contains(" 0 100%") else {
            throw GatewayProcess.NotStarted(description: result.output)
        }
    }

    /// Gives the space back.
    package func free() throws {
        try FileManager.default.removeItem(at: folder.appending(path: "filler"))
    }

    deinit {
        _ = try? Shell.run(["umount", "-l", folder.path])
        try? FileManager.default.removeItem(at: image)
    }
}

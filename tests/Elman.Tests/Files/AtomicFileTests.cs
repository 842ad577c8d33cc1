using System.Diagnostics;
using System.Runtime.Versioning;

namespace Elman.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_file_holds_what_was_written_and_nothing_is_left_beside_it()
    {
        AtomicFile.WriteText(_folder["new.txt"], "grüße");
        Assert.Equal("grüße"u8.ToArray(), File.ReadAllBytes(_folder["new.txt"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void An_exception_leaves_the_old_file_and_no_temporary_one()
    {
        AtomicFile.WriteText(_folder["a"], "old");
        Assert.Throws<FormatException>(() => AtomicFile.Write(_folder["a"], stream =>
        {
            stream.Write(new byte[100_000]);
            throw new FormatException();
        }));
        Assert.Equal("old", File.ReadAllText(_folder["a"]));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Until_the_content_is_complete_the_place_shows_the_old_file()
    {
        AtomicFile.WriteText(_folder["a"], "old");
        AtomicFile.Write(_folder["a"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(_folder["a"]));
        });
        Assert.Equal("new", File.ReadAllText(_folder["a"]));
    }

    [Fact]
    public async Task Concurrent_readers_see_one_content_or_the_other_whole()
    {
        const int length = 200_000;
        string path = _folder["shared"];
        WriteAll(0);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(
            () =>
            {
                int reads = 0;
                for (; !stop.IsCancellationRequested || reads == 0; reads++)
                {
                    byte[] seen = File.ReadAllBytes(path);
                    Assert.Equal(length, seen.Length);
                    Assert.True(seen.AsSpan().IndexOfAnyExcept(seen[0]) < 0, "the file mixes two contents");
                }
            },
            TestContext.Current.CancellationToken);
        for (byte i = 1; i < 60; i++)
            WriteAll(i);
        await stop.CancelAsync();
        await reader;

        void WriteAll(byte value) => AtomicFile.Write(path, stream =>
        {
            for (int i = 0; i < length; i += 1000)
                stream.Write(Enumerable.Repeat(value, 1000).ToArray());
        });
    }

    [Fact]
    public void Two_writers_of_one_place_do_not_disturb_each_other()
    {
        string path = _folder["contested"];
        Parallel.For(0, 32, i => AtomicFile.WriteText(path, new string((char)('a' + i % 26), 5000)));
        string text = File.ReadAllText(path);
        Assert.Equal(new string(text[0], 5000), text);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Left_over_temporary_files_are_removed_and_others_are_not()
    {
        string[] stale = [_folder["a.0123456789ab.tmp"], _folder["a.1234-1.tmp"]];
        string young = _folder["a.ba9876543210.tmp"], open = _folder["a.00000000000a.tmp"];
        string[] kept = [young, open, _folder["b.0123456789ab.tmp"], _folder["a.notes.tmp"], _folder["a.1234.tmp"], _folder["a.0123456789xy.tmp"], _folder["a.-1.tmp"], _folder["a..tmp"]];
        foreach (string path in stale.Concat(kept))
        {
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow - TimeSpan.FromHours(1));
        }

        File.SetLastWriteTimeUtc(young, DateTime.UtcNow);
        using (new FileStream(open, FileMode.Open, FileAccess.Write, FileShare.None))
            AtomicFile.WriteText(_folder["a"], "new");
        Assert.All(stale, path => Assert.False(File.Exists(path), path));
        Assert.All(kept, path => Assert.True(File.Exists(path), path));
    }

    /// <summary>Process numbers repeat: in two containers that share a folder both writers may be number 1.</summary>
    [Fact]
    public void Temporary_names_do_not_repeat_and_tell_nothing_of_the_process()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(_ => AtomicFile.TemporaryName(_folder["a"]))];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.DoesNotContain(names, name => name.Contains($".{Environment.ProcessId}", StringComparison.Ordinal));
        string used = "";
        AtomicFile.Write(_folder["a"], _ => used = Directory.GetFiles(_folder.Path, "a.*.tmp").Single());
        Assert.Matches(@"/a\.[0-9a-f]{12}\.tmp$", used);
    }

    [Fact]
    public void A_lock_is_had_by_one_and_is_given_back()
    {
        string path = _folder["m.lock"];
        using (FileLock? first = FileLock.TryTake(path))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryTake(path));
            Assert.True(File.Exists(path));
        }
        Assert.False(File.Exists(path));
        // One that a killed process left is free.
        File.WriteAllText(path, "");
        using FileLock? again = FileLock.TryTake(path);
        Assert.NotNull(again);
        Assert.Throws<ElmanException>(() => FileLock.TryTake(_folder["absent/m.lock"]));
    }

    [Fact]
    public void What_cannot_be_synchronised_is_no_failure()
    {
        DiskSync.Folder(_folder.Path);
        DiskSync.Folder("/proc");
        DiskSync.Folder(_folder["absent"]);
    }

    [Fact]
    public void A_symbolic_link_stays_and_its_target_is_replaced()
    {
        Directory.CreateDirectory(_folder["real"]);
        File.WriteAllText(_folder["real/a"], "old");
        File.CreateSymbolicLink(_folder["link"], "real/a");
        AtomicFile.WriteText(_folder["link"], "new");
        Assert.Equal("real/a", new FileInfo(_folder["link"]).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder["real/a"]));
        Assert.Null(new FileInfo(_folder["real/a"]).LinkTarget);
    }

    [Fact]
    public void A_symbolic_link_to_nothing_yet_gets_its_target()
    {
        File.CreateSymbolicLink(_folder["link"], _folder["a"]);
        AtomicFile.WriteText(_folder["link"], "new");
        Assert.Equal("new", File.ReadAllText(_folder["a"]));
        Assert.NotNull(new FileInfo(_folder["link"]).LinkTarget);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void The_permissions_of_the_old_file_are_kept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions");
        File.WriteAllText(_folder["private"], "old");
        File.SetUnixFileMode(_folder["private"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.WriteText(_folder["private"], "new");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["private"]));
    }

    [Fact]
    public void A_directory_is_refused()
    {
        AssertRefused(_folder.Path, "it is a directory; give the name of a file");
        AssertRefused(_folder.Path + "/", "it is a directory; give the name of a file");
    }

    [Fact]
    public void A_missing_folder_is_named() =>
        AssertRefused(_folder["absent/a"], $"the folder '{_folder["absent"]}' does not exist; create it first");

    [Fact]
    public void A_file_in_the_place_of_a_folder_is_named()
    {
        File.WriteAllText(_folder["a"], "old");
        AssertRefused(_folder["a/b"], $"'{_folder["a"]}' is a file, not a folder");
    }

    [Fact]
    public void A_circle_of_links_is_refused()
    {
        File.CreateSymbolicLink(_folder["x"], _folder["y"]);
        File.CreateSymbolicLink(_folder["y"], _folder["x"]);
        AssertRefused(_folder["x"], "choose another place");
    }

    [Fact]
    public void A_name_longer_than_the_file_system_takes_is_refused() =>
        AssertRefused(_folder[new string('n', 300)], "the name is too long; choose a shorter one");

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_write_protected_place_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "this user may write everywhere");
        File.WriteAllText(_folder["a"], "old");
        File.SetUnixFileMode(_folder["a"], UnixFileMode.UserRead);
        AssertRefused(_folder["a"], "the file or its folder may not be written");
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        AssertRefused(_folder["b"], $"the folder '{_folder.Path}' may not be written");
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_full_device_is_called_so()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        AssertRefused("/dev/full", "the disk is full; free some space or choose another place");
        Assert.True(File.Exists("/dev/full"));
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file_and_no_temporary_one()
    {
        string mount = Directory.CreateDirectory(_folder["small"]).FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount) == 0, "only the administrator of a Linux system can mount a small disk");
        try
        {
            string path = Path.Combine(mount, "a");
            AtomicFile.WriteText(path, "old");
            var refusal = Assert.Throws<ElmanException>(() => AtomicFile.Write(path, stream => stream.Write(new byte[1_000_000])));
            Assert.Contains("the disk is full", refusal.Message);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(Directory.GetFileSystemEntries(mount));
        }
        finally
        {
            Run("umount", mount);
        }
    }

    [Fact]
    public void A_device_is_written_straight_and_stays_a_device()
    {
        Assert.SkipUnless(File.Exists("/dev/null"), "this system has no /dev/null");
        File.CreateSymbolicLink(_folder["nowhere"], "/dev/null");
        AtomicFile.WriteText("/dev/null", "x");
        AtomicFile.WriteText(_folder["nowhere"], "x");
        Assert.Empty(File.ReadAllBytes("/dev/null"));
    }

    [Fact]
    public async Task A_named_pipe_is_written_straight()
    {
        string pipe = _folder["pipe"];
        Assert.SkipUnless(!OperatingSystem.IsWindows() && Run("mkfifo", pipe) == 0, "this system makes no named pipes");
        var reader = Task.Run(() => File.ReadAllText(pipe), TestContext.Current.CancellationToken);
        AtomicFile.WriteText(pipe, "through");
        Assert.Equal("through", await reader);
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    private static void AssertRefused(string path, string reason)
    {
        var refusal = Assert.Throws<ElmanException>(() => AtomicFile.WriteText(path, "x"));
        Assert.StartsWith($"cannot write '{path}': ", refusal.Message);
        Assert.Contains(reason, refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.DoesNotContain(".tmp", refusal.Message);
    }

    private static int Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}

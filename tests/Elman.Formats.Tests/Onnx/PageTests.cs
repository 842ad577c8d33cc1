using Elman.Tests;

namespace Elman.Formats.Tests.Onnx;

/// <summary>The page about ONNX says what is there.</summary>
public sealed class PageTests
{
    [Fact]
    public void The_table_lists_every_operator_with_its_first_operator_set()
    {
        IEnumerable<string> rows = File.ReadLines(Repository.File("docs/formats-onnx.md")).SkipWhile(line => line != "| Operator | Opset | Notes |").Skip(2).TakeWhile(line => line.StartsWith('|'));
        Assert.Equal(Operator.All.Select(each => $"{each.Name} {each.Since}"), rows.Select(row => row.Split('|', StringSplitOptions.TrimEntries)).Select(cells => $"{cells[1]} {cells[2]}"));
    }
}

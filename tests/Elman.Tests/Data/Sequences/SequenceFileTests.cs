namespace Elman.Tests.Data.Sequences;

/// <summary>Files and tables of labelled sequences.</summary>
public sealed class SequenceFileTests
{
    private const string Ts = "#comment\n@problemName x\n@TimeStamps false\n@univariate false\n@classLabel true a b\n@data\n1,2,3:4,5,?:a\n\n7.5:8:b\n";

    [Fact]
    public void Ts_has_dimensions_between_colons()
    {
        LabelledSequences read = LabelledSequences.ReadTs("x.ts", new StringReader(Ts));
        Assert.Equal(["a", "b"], read.Select(example => example.Target));
        Assert.Equal([1, 4, 2, 5, 3, float.NaN], read[0].Input.Values);
        Assert.Equal((1, 2), (read[1].Input.Length, read[1].Input.Features));
    }

    [Fact]
    public void Arff_has_an_attribute_a_value_or_a_relation()
    {
        LabelledSequences plain = LabelledSequences.ReadArff("x.arff", new StringReader("% c\n@relation x\n@attribute a numeric\n@attribute b numeric\n@attribute c {1,2}\n@data\n1,2.5,1\n3,?,2\n"));
        Assert.Equal([1, 2.5f], plain[0].Input.Values);
        Assert.Equal([3], plain[1].Input.Values);
        LabelledSequences related = LabelledSequences.ReadArff("x.arff",
            new StringReader("@relation x\n@attribute r relational\n@attribute a numeric\n@attribute b numeric\n@end r\n@attribute c {yes,no}\n@data\n'1,2\\n3,4',yes\n"));
        Assert.Equal([1, 3, 2, 4], related[0].Input.Values);
        Assert.Equal("yes", related[0].Target);
    }

    [Theory]
    [InlineData("1,2:a\n", "line 1: expected a line that begins with @")]
    [InlineData("@classLabel true a\n", "the file ends before @data")]
    [InlineData("@data\n1:a\n", "have no labels")]
    [InlineData("@timestamps true\n@data\n", "line 1: sequences with a time at each value are not read")]
    [InlineData("@classLabel true a\n@data\n1,x:a\n", "line 3: expected a number or ? for a missing one, got 'x'")]
    [InlineData("@classLabel true a\n@data\n1,2:c\n", "line 3: the label 'c' is none of those in the header, a")]
    [InlineData("@classLabel true a\n@data\n1,2:3:a\n", "line 3: dimension 2 has 1 values, the first 2")]
    [InlineData("@classLabel true a\n@data\n1:a\n1:2:a\n", "line 4: the sequence has 2 dimensions, the first 1")]
    public void What_is_wrong_has_a_line(string content, string message) =>
        Assert.Contains(message, Assert.Throws<ElmanException>(() => LabelledSequences.ReadTs("x.ts", new StringReader(content))).Message, StringComparison.Ordinal);

    [Fact]
    public void Rows_of_a_group_are_time_steps_and_a_row_alone_is_a_sequence()
    {
        Table table = new("x.csv",
        [
            new TextColumn("who", [0, 1, 0, 1], ["ann", "bob"]), new NumberColumn("x", [1, 2, 3, 4]), new NumberColumn("y", [5, 6, 7, double.NaN]),
            new TextColumn("what", [0, 1, 0, 1], ["walk", "run"]), new NumberColumn("left", [9, 8, 7, 6]),
        ]);
        SequenceTable groups = new SequenceColumns { Group = "who", Label = "what", Features = ["x", "y"] }.Read(table);
        Assert.Equal([1, 5, 3, 7], groups.Sequences[0].Values);
        Assert.Equal(["walk", "run"], groups.Labelled().Select(example => example.Target));
        Assert.Equal([1, 3], groups.RowsOf(1));
        SequenceTable steps = new SequenceColumns { Group = "who", Label = "left" }.Read(table);
        Assert.True(steps.LabelsChange);
        Assert.Equal(["x", "y"], steps.FeatureNames);
        Assert.Equal([9, 7], steps.NumbersOfSteps()[0].Target);
        Assert.Equal([7], (new SequenceColumns { Group = "who", Label = "left", Last = true }.Read(table)).Numbers()[0].Target);
        SequenceTable wide = new SequenceColumns { Label = "what", Features = ["x", "y"] }.Read(table);
        Assert.Equal((4, 2, 1), (wide.Sequences.Count, wide.Sequences[0].Length, wide.Sequences[3].Length));
        Assert.Equal("run", (new SequenceColumns { Text = "what", Label = "who" }.Read(table)).Sequences[1].Text);

        string Message(Func<object> read) => Assert.Throws<ElmanException>(read).Message;
        Assert.Contains("the group 'ann' has two labels, '9' at row 1 and '7' at row 3", Message(() => steps.Labelled()), StringComparison.Ordinal);
        Assert.Contains("there is no column 'wat', did you mean 'what'?", Message(() => new SequenceColumns { Label = "wat" }.Read(table)), StringComparison.Ordinal);
        Assert.Contains("holds no numbers", Message(() => new SequenceColumns { Group = "who", Label = "what" }.Read(table).NumbersOfSteps()), StringComparison.Ordinal);
        Table empty = new("e.csv", [new TextColumn("t", [0, -1], ["hello"]), new TextColumn("l", [0, 0], ["x"])]);
        Assert.Contains("e.csv: row 2: the text in column 't' is empty", Message(() => new SequenceColumns { Text = "t", Label = "l" }.Read(empty)), StringComparison.Ordinal);
    }
}

namespace Elman.Tests.Recurrent;

internal static class RecurrentTestExtensions
{
    /// <summary>S: the states that a unit of the layer carries.</summary>
    public static int StateParts(this RecurrentLayer layer) =>
        layer.StateSize / (layer.Options.Layers * (layer.Options.Direction == Direction.Both ? 2 : 1) * layer.HiddenSize);
}

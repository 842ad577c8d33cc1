namespace Elman.Tests.Reference;

/// <summary>The LSTM of <see cref="ReferenceLstm"/> with every option of its equations; see docs/cells.md.</summary>
/// <param name="options">Those of the equations.</param>
/// <param name="projection">P, or 0.</param>
public sealed class ReferenceGeneralLstm(ReferenceOptions options, int projection) : DifferencedCell
{
    private readonly bool _coupled = options.Given.CoupledGates;

    /// <inheritdoc/>
    public override int Gates => _coupled ? 3 : 4;

    /// <inheritdoc/>
    public override int States => 2;

    /// <inheritdoc/>
    public override int Size(int state, int hidden) => state == 0 && projection > 0 ? projection : hidden;

    /// <inheritdoc/>
    public override double[][] Forward(CellWeights weights, double[] x, double[][] state)
    {
        double[] h = new double[weights.Hidden], c = new double[weights.Hidden];
        int g = _coupled ? 1 : 2, o = g + 1;
        for (int j = 0; j < h.Length; j++)
        {
            double Peep(int place, double cell) => weights.Peepholes is null ? 0 : weights.Peepholes[place * weights.Hidden + j] * cell;
            double Sum(int gate) => weights.FromInput(gate, j, x) + weights.FromHidden(gate, j, state[0]);
            double input = options.Gate(0, ReferenceOptions.Sigmoid)(Sum(0) + Peep(0, state[1][j]));
            double forget = _coupled ? 1 - input : options.Gate(1, ReferenceOptions.Sigmoid)(Sum(1) + Peep(1, state[1][j]));
            double candidate = options.Gate(g, Math.Tanh)(Sum(g));
            c[j] = Math.Clamp(forget * state[1][j] + input * candidate, -options.CellClip, options.CellClip);
            double output = options.Gate(o, ReferenceOptions.Sigmoid)(Sum(o) + Peep(g, c[j]));
            h[j] = output * options.Activation(o + 1, Math.Tanh)(c[j]);
        }
        return [weights.Projection is null ? h : ReferenceMaths.Linear(h, weights.Projection, null, h.Length), c];
    }
}
